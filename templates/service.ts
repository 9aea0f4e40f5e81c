import { type LroMethod, type LroService, lroService } from "protoc-gen-ts-lro/codegenv1";
import {
  type $Metadata,
  $MetadataSchema,
  $polling,
  type $Request,
  type $Response,
  $ResponseSchema,
  $requestId,
  $Service,
  $startTimeoutMs,
} from "./placeholders.ts";

/**
 * The long-running methods of {@link $service}, with the request, response, and metadata type of each.
 */
export interface $ServiceLro extends LroService<typeof $Service> {
  readonly methods: {
    /** @each */
    readonly $method: LroMethod<$Request, $Response, $Metadata>;
  };
}

/**
 * The long-running methods of {@link $service}.
 */
export const $ServiceLro: $ServiceLro = /*@__PURE__*/ lroService($Service, {
  methods: {
    /** @each */
    $method: {
      response: $ResponseSchema,
      metadata: $MetadataSchema,
      /** @if requestId */
      requestId: $requestId,
      /** @if polling */
      polling: $polling,
      /** @if startTimeoutMs */
      startTimeoutMs: $startTimeoutMs,
    },
  },
});
