export * from "./gen/google/longrunning/operations_pb.ts";
