import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { GoogleAuth } from "google-auth-library";
import { routingHeaders } from "../client/routing-headers.ts";

/** Options for calling Google Cloud APIs. */
export interface GoogleCloudOptions {
  /**
   * The source of credentials: a `GoogleAuth` or any other client of google-auth-library. Default: Application Default
   * Credentials, such as those of `gcloud auth application-default login` or of the machine.
   */
  readonly auth?: GoogleCloudAuth | undefined;
  /** The OAuth scopes of the default credentials. Default: `https://www.googleapis.com/auth/cloud-platform`. */
  readonly scopes?: string | readonly string[] | undefined;
  /** The project to which quota and billing apply. Default: the quota project of the credentials. */
  readonly quotaProject?: string | undefined;
}

/** The part of google-auth-library's clients that is used. */
export interface GoogleCloudAuth {
  /** Returns headers with an access token, which it refreshes when needed. */
  getRequestHeaders(url?: string): Promise<HeadersInit>;
}

/**
 * Returns interceptors for a transport to a Google Cloud API. They set credentials, the quota project, and the routing
 * header (AIP-4222) on all calls. Headers that a call sets itself take precedence.
 *
 * If the credentials cannot be read, calls fail with UNAUTHENTICATED, or with UNAVAILABLE if that may be temporary.
 */
export function googleCloud(options: GoogleCloudOptions = {}): Interceptor[] {
  return [credentials(options), routingHeaders()];
}

function credentials({ auth, scopes = cloudPlatform, quotaProject }: GoogleCloudOptions): Interceptor {
  const source: GoogleCloudAuth = auth ?? new GoogleAuth({ scopes: [scopes].flat() });
  return (next) => async (request) => {
    const headers = await source.getRequestHeaders(request.url).catch((reason) => {
      throw credentialsError(reason);
    });
    const all = new Headers(headers);
    if (quotaProject !== undefined) {
      all.set("x-goog-user-project", quotaProject);
    }
    all.forEach((value, name) => {
      if (!request.header.has(name)) {
        request.header.set(name, value);
      }
    });
    return next(request);
  };
}

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

/** Converts an error of google-auth-library, which has the status of a response or the code of a network error. */
function credentialsError(reason: Error & { readonly status?: number; readonly code?: unknown }): ConnectError {
  const { message, status, code } = reason;
  const isRejected = status === undefined ? typeof code !== "string" : status < 500 && status !== 429;
  return new ConnectError(
    `cannot get Google Cloud credentials: ${message}`,
    isRejected ? Code.Unauthenticated : Code.Unavailable,
    undefined,
    undefined,
    reason,
  );
}
