import type { Files } from "./buf-workspace.ts";

/** Returns a file with a service that has the given methods. */
export function library(methods: string, comment = ""): Files {
  const proto = `syntax = "proto3";
    package acme.library.v1;
    import "google/longrunning/operations.proto";
    import "google/protobuf/empty.proto";
    ${comment}
    service Library { ${methods}
    }
    message Request {}
    message Book {}
    message Metadata {}
    enum Format { FORMAT_UNSPECIFIED = 0; }`;
  return { "acme/library/v1/library.proto": proto };
}
