import { type LroMethod, type LroService, lroService } from "protoc-gen-ts-lro/codegen";
import { $MetadataSchema, $polling, $ResponseSchema, $Service } from "./placeholders.ts";

/**
 * Long-running methods of {@link $service}, with the response and metadata type of each.
 */
export const $ServiceLro: LroService<
  typeof $Service,
  {
    /** @each */
    $method: LroMethod<typeof $ResponseSchema, typeof $MetadataSchema>;
  }
> = /*@__PURE__*/ lroService(
  $Service,
  {
    /** @each */
    $method: {
      response: $ResponseSchema,
      metadata: $MetadataSchema,
      /** @if polling */
      polling: $polling,
    },
  },
  1,
);
