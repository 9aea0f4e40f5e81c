import { setTimeout as sleep } from "node:timers/promises";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { CloudRedisLro, implementCloudRedis } from "../gen/google/cloud/redis/v1/cloud_redis_lro.js";
import { CloudRedis, Instance_State } from "../gen/google/cloud/redis/v1/cloud_redis_pb.js";
import { Jobs } from "../jobs.js";
import { listen } from "../listen.js";

const jobs = new Jobs();

// Implements one method of the API. Methods that an implementation omits return UNIMPLEMENTED.
listen((router) => {
  jobs.serve(router);
  router.service(
    CloudRedis,
    implementCloudRedis({
      createInstance: ({ parent, instanceId, instance }) =>
        jobs.start(CloudRedisLro.methods.createInstance, parent, async ({ signal, report }) => {
          const name = `${parent}/instances/${instanceId}`;
          const createTime = timestampNow();
          for (const statusDetail of ["finding a host", "starting Redis", "opening the port"]) {
            report({ createTime, target: name, verb: "create", statusDetail, apiVersion: "v1" });
            await sleep(300, undefined, { signal });
          }
          const memorySizeGb = instance?.memorySizeGb ?? 1;
          return { name, memorySizeGb, host: "10.0.0.3", port: 6379, state: Instance_State.READY };
        }),
    }),
  );
});
