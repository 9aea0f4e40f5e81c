import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { MaybePromise } from "../implementation.ts";
import type { StoredOperation } from "../operation-store.ts";

/** What somebody wants to do. */
export type LroAccessRequest = {
  /** Who asks. */
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
      /** Whose operations: the `name` of the ListOperationsRequest. */
      readonly parent: string;
    }
  | {
      readonly action: "get" | "wait" | "cancel" | "delete";
      readonly name: string;
      /** Undefined if there is none of that name. If you then say yes, the caller learns that it is not there. */
      readonly operation:
        | { readonly name: string; readonly method: string; readonly principal: string; readonly done: boolean }
        | undefined;
    }
);

/** Who calls, and what they may do. */
export interface LroAccessOptions {
  /** Who makes a call. Default: nobody in particular, and everybody may do everything. */
  principal?(call: HandlerContext): MaybePromise<string>;
  /**
   * Whether somebody may do something. Default, if there is a `principal`: everybody may start and list, and only those
   * who have started an operation may do something with it.
   */
  authorize?(request: LroAccessRequest): MaybePromise<boolean>;
  /** Whether a list shows all operations, or those that the caller has started. Default "own", with a `principal`. */
  listScope?(request: {
    readonly principal: string;
    readonly parent: string;
    readonly call: HandlerContext;
  }): MaybePromise<"own" | "all">;
}

/** Knows who calls and what they may do (AIP-211). */
export interface Access {
  principal(call: HandlerContext): Promise<string>;
  /** @throws ConnectError with Code.PermissionDenied, whose text does not tell whether the operation exists. */
  check(request: LroAccessRequest): Promise<void>;
  /** Whose operations a list shows. Undefined: everybody's. */
  scope(principal: string, parent: string, call: HandlerContext): Promise<string | undefined>;
}

export function createAccess(options: LroAccessOptions): Access {
  return {
    principal: async (call) => (await options.principal?.(call)) ?? "",
    async check(request) {
      if (!(await decide(options, request))) {
        throw new ConnectError(denial(request), Code.PermissionDenied);
      }
    },
    async scope(principal, parent, call) {
      const unsaid = options.principal ? "own" : "all";
      const scope = options.listScope ? await options.listScope({ principal, parent, call }) : unsaid;
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

/** What `authorize` is documented to get of a stored operation. */
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
