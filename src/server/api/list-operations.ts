import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  type ListOperationsRequest,
  type ListOperationsResponse,
  ListOperationsResponseSchema,
} from "../../gen/google/longrunning/operations_pb.ts";
import { parseFilter } from "../filter.ts";
import { checkText, maxName } from "./check-text.ts";
import { operationMessage } from "./message.ts";
import type { Serving } from "./operations-service.ts";
import { readPageToken, signPageToken } from "./page-token.ts";

const defaultPageSize = 50;
const maxPageSize = 1_000;
const maxFilter = 10_000;

/** Returns a page of the operations that the caller may see. */
export async function listOperations(
  { store, access }: Pick<Serving, "store" | "access">,
  request: ListOperationsRequest,
  call: HandlerContext,
): Promise<ListOperationsResponse> {
  const { name: parent, filter, pageSize, pageToken, returnPartialSuccess } = request;
  checkText("name", parent, maxName);
  checkText("filter", filter, maxFilter);
  if (pageSize < 0) {
    throw new ConnectError(`page_size is ${pageSize}: send 0 or more`, Code.InvalidArgument);
  }
  if (returnPartialSuccess) {
    throw new ConnectError(
      "return_partial_success is not supported: leave it unset, because results are never partial",
      Code.Unimplemented,
    );
  }
  const parsed = parseFilter(filter);
  const caller = await access.principal(call);
  await access.check({ action: "list", principal: caller, parent, call });
  const principal = await access.scope(caller, parent, call);
  const collection = collectionBelow(parent);
  const scope = { collection, filter, principal };
  const after = readPageToken(store.secret, scope, pageToken);
  const limit = Math.min(pageSize || defaultPageSize, maxPageSize);

  const found = await store.list({ collection, principal, filter: parsed, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return create(ListOperationsResponseSchema, {
    operations: page.map(operationMessage),
    ...(last && { nextPageToken: signPageToken(store.secret, scope, { createTime: last.position, id: last.id }) }),
  });
}

/** Returns the collection of operations under a parent. The name of the collection itself is also accepted. */
function collectionBelow(parent: string): string {
  const trimmed = parent.replace(/\/+$/, "");
  return trimmed === "" || trimmed === "operations" || trimmed.endsWith("/operations")
    ? trimmed || "operations"
    : `${trimmed}/operations`;
}
