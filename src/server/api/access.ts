import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { StoredOperation } from "../engine.ts";
import type { MaybePromise } from "../stub.ts";

/** What somebody wants to do. */
export type AccessRequest = {
  /** Who asks. */
  readonly principal: string;
} & (
  | { readonly action: "start"; readonly method: string }
  | { readonly action: "list"; readonly parent: string }
  | {
      readonly action: "get" | "wait" | "cancel" | "delete";
      readonly name: string;
      /** Undefined where there is none of that name. Where you then say yes, the caller learns that it is not there. */
      readonly operation: Pick<StoredOperation, "name" | "method" | "principal" | "done"> | undefined;
    }
);

export interface AccessOptions {
  /** Who makes a call. Default: nobody in particular, and everybody may do everything. */
  readonly principal?: (context: HandlerContext) => MaybePromise<string>;
  /**
   * Whether somebody may do something. Default, where there is a `principal`: starting and listing is for everybody, and
   * all else for who started the operation.
   */
  readonly authorize?: (request: AccessRequest) => MaybePromise<boolean>;
  /** Whether a list shows all operations, or those that the caller has started. Default "own", with a `principal`. */
  readonly listScope?: (principal: string, parent: string) => MaybePromise<"own" | "all">;
}

/** Knows who calls and what they may do (AIP-211). */
export interface Access {
  principal(context: HandlerContext): Promise<string>;
  /** @throws ConnectError with Code.PermissionDenied, whose text does not tell whether the operation exists. */
  check(request: AccessRequest): Promise<void>;
  /** Whose operations a list shows. Undefined: everybody's. */
  scope(principal: string, parent: string): Promise<string | undefined>;
}

export function createAccess({ principal, authorize, listScope }: AccessOptions): Access {
  const decide = authorize ?? (principal ? ownersOnly : () => true);
  return {
    principal: async (context) => (await principal?.(context)) ?? "",
    async check(request) {
      if (!(await decide(request))) {
        throw new ConnectError(denial(request), Code.PermissionDenied);
      }
    },
    async scope(caller, parent) {
      const scope = listScope ? await listScope(caller, parent) : principal ? "own" : "all";
      return scope === "own" ? caller : undefined;
    },
  };
}

function ownersOnly(request: AccessRequest): boolean {
  return request.action === "start" || request.action === "list" || request.operation?.principal === request.principal;
}

function denial(request: AccessRequest): string {
  switch (request.action) {
    case "start":
      return `permission denied to call ${request.method}`;
    case "list":
      return `permission denied to list the operations of "${request.parent}"`;
    default:
      return `permission to ${request.action} denied on operation "${request.name}" (or it may not exist)`;
  }
}
