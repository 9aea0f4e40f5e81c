import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { MaybePromise } from "../implementation.ts";
import type { StoredOperation } from "../operation-store.ts";

/** An action to authorize. */
export type LroAccessRequest = {
  /** The caller, as `principal` of the options returned it. */
  readonly principal: string;
  /** The call, with its headers and context values. */
  readonly call: HandlerContext;
} & (
  | {
      readonly action: "start";
      /** The full name of the method, such as `acme.library.v1.LibraryService.CreateBook`. */
      readonly method: string;
      readonly request: Message;
    }
  | {
      readonly action: "list";
      /** The `name` of the ListOperationsRequest. */
      readonly parent: string;
    }
  | {
      readonly action: "get" | "wait" | "cancel" | "delete";
      readonly name: string;
      /** `undefined` if no such operation exists. If you then return true, the caller gets NOT_FOUND. */
      readonly operation:
        | { readonly name: string; readonly method: string; readonly principal: string; readonly done: boolean }
        | undefined;
    }
);

/** Authentication and authorization of callers (AIP-211). */
export interface LroAccessOptions {
  /** Returns the identity of the caller. Default: the empty string for all callers, who may then access everything. */
  principal?(call: HandlerContext): MaybePromise<string>;
  /**
   * Returns whether to allow an action. If it returns false, the call fails with PERMISSION_DENIED. Default, if
   * `principal` is set: all callers may start and list operations, and get, wait for, cancel and delete only operations
   * that they started. An operation that does not exist then also gives PERMISSION_DENIED.
   */
  authorize?(request: LroAccessRequest): MaybePromise<boolean>;
  /**
   * Returns whether a list shows all operations, or only those that the caller started. Default: "own" if `principal`
   * is set, otherwise "all".
   */
  listScope?(request: {
    readonly principal: string;
    readonly parent: string;
    readonly call: HandlerContext;
  }): MaybePromise<"own" | "all">;
}

/** Identifies and authorizes callers (AIP-211). */
export interface Access {
  principal(call: HandlerContext): Promise<string>;
  allows(request: LroAccessRequest): Promise<boolean>;
  /** @throws ConnectError with Code.PermissionDenied, whose message does not reveal whether the operation exists. */
  check(request: LroAccessRequest): Promise<void>;
  /** Returns the principal whose operations a list shows. `undefined` means all operations. */
  scope(principal: string, parent: string, call: HandlerContext): Promise<string | undefined>;
}

export function createAccess(options: LroAccessOptions): Access {
  return {
    principal: async (call) => (await options.principal?.(call)) ?? "",
    allows: async (request) => decide(options, request),
    async check(request) {
      if (!(await decide(options, request))) {
        throw new ConnectError(denial(request), Code.PermissionDenied);
      }
    },
    async scope(principal, parent, call) {
      const byDefault = options.principal ? "own" : "all";
      const scope = options.listScope ? await options.listScope({ principal, parent, call }) : byDefault;
      return scope === "own" ? principal : undefined;
    },
  };
}

function decide(options: LroAccessOptions, request: LroAccessRequest): MaybePromise<boolean> {
  if (options.authorize) {
    return options.authorize({ ...request, ...("operation" in request && { operation: seenOf(request.operation) }) });
  }
  return !options.principal || request.action === "start" || request.action === "list"
    ? true
    : request.operation?.principal === request.principal;
}

/** The documented fields of a stored operation, without those that `authorize` must not depend on. */
function seenOf(
  operation: Pick<StoredOperation, "name" | "method" | "principal" | "done"> | undefined,
): typeof operation {
  return (
    operation && {
      name: operation.name,
      method: operation.method,
      principal: operation.principal,
      done: operation.done,
    }
  );
}

function denial(request: LroAccessRequest): string {
  switch (request.action) {
    case "start":
      return `permission denied to call ${request.method}`;
    case "list":
      return `permission denied to list the operations of "${request.parent}"`;
    default:
      return `permission to ${request.action} denied on operation "${request.name}" (or it may not exist)`;
  }
}
