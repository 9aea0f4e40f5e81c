import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Diagnostic } from "../diagnostic.ts";
import { didYouMean, nearNames } from "../near-names.ts";
import type { YamlEntry, YamlNode } from "./yaml-node.ts";

/** The values that a field may have. */
export interface Values {
  /** A correct value, as written in YAML. */
  readonly example: string;
  /** A description, such as "a number that is at least 1". */
  readonly expected: string;
  /** Returns whether the value as written is valid. */
  readonly isValid: (value: unknown) => boolean;
  /** Whether the message is useless without the field. */
  readonly isRequired?: boolean;
}

/** Chooses the parts of a file's messages to read. */
export interface MessageReaderOptions {
  /** The values of all fields that are not messages or lists of messages. */
  readonly values: ReadonlyMap<DescField, Values>;
  /** The message whose unknown keys are ignored unless they are similar to the name of a field. */
  readonly open: DescMessage;
  /** Returns whether to read an item of a list. */
  readonly isRead: (field: DescField, item: YamlNode) => boolean;
}

/**
 * Reads messages from YAML by the JSON rules of protobuf, and reports everything that does not fit. Unlike in JSON, an
 * empty value is an error unless it stands for a message or a list, because it is probably a mistake.
 */
export class MessageReader {
  readonly problems: Diagnostic[] = [];
  readonly #options: MessageReaderOptions;
  readonly #positions = new WeakMap<Message, string>();

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** Returns the position of a message that this reader returned. */
  positionOf(message: Message): string {
    return this.#positions.get(message) ?? "";
  }

  /** Reads a message. Values that do not fit are left out. */
  read<D extends DescMessage>(schema: D, node: YamlNode): MessageShape<D> {
    const message = create(schema) as MessageShape<D> & Record<string, unknown>;
    this.#positions.set(message, node.position);
    const given = new Set<unknown>();
    for (const entry of node.content.kind === "map" ? node.content.entries : []) {
      const field = this.#fieldOf(schema, entry);
      if (field !== undefined) {
        const slot = field.oneof ?? field;
        if (given.has(slot)) {
          this.#report(entry.position, `${entry.key} is one of several values for ${slot.name}. Keep one.`);
        }
        given.add(slot);
        Object.assign(message, this.#readField(field, entry.value));
      }
    }
    for (const field of schema.fields) {
      if (this.#options.values.get(field)?.isRequired && !given.has(field)) {
        const example = exampleOf(field, this.#options.values);
        this.#report(node.position, `${schema.typeName} has no ${field.name}. Add one, for example, ${example}.`);
      }
    }
    return message;
  }

  #fieldOf(schema: DescMessage, { key, position }: YamlEntry): DescField | undefined {
    const isKey = (name: string): boolean => name === key || protoCamelCase(name) === key;
    const field = schema.fields.find(({ name }) => isKey(name));
    if (field === undefined && !schema.proto.reservedName.some(isKey)) {
      const hint = didYouMean(nearNames(key, namesOf(schema)));
      if (hint !== "" || schema !== this.#options.open) {
        this.#report(
          position,
          `${schema.typeName} has no field ${JSON.stringify(key)}.${hint || suggestOneOf(schema)}`,
        );
      }
    }
    return field;
  }

  /** Returns the properties to set in the message: none if the value is empty or invalid. */
  #readField(field: DescField, node: YamlNode): object {
    const { localName, oneof } = field;
    const value = field.fieldKind === "list" ? this.#readList(field, node) : this.#readValue(field, node);
    if (value === undefined) {
      return {};
    }
    return oneof ? { [oneof.localName]: { case: localName, value } } : { [localName]: value };
  }

  #readList(field: DescField, node: YamlNode): unknown[] | undefined {
    if (node.content.kind === "list") {
      const items = node.content.items.filter((item) => this.#options.isRead(field, item));
      return items.map((item) => this.#readValue(field, item)).filter((item) => item !== undefined);
    }
    return isNull(node) ? undefined : this.#reject(field, node, "a list");
  }

  /** Returns a value, or an item of a list. `undefined` if it is empty or invalid. */
  #readValue(field: DescField, node: YamlNode): unknown {
    const values = this.#options.values.get(field);
    if (values === undefined) {
      if (isNull(node)) {
        return undefined;
      }
      return node.content.kind === "map"
        ? this.read(field.message as DescMessage, node)
        : this.#reject(field, node, "a mapping");
    }
    const value = node.content.kind === "scalar" ? node.content.value : undefined;
    if (!values.isValid(value)) {
      return this.#reject(field, node, values.expected);
    }
    if (field.message) {
      return durationFromMs(Number.parseFloat(String(value)) * 1000);
    }
    return field.scalar === ScalarType.STRING ? value : Number(value);
  }

  #reject(field: DescField, { position, written }: YamlNode, expected: string): undefined {
    const actual = written === "" ? "is empty" : `is ${written}`;
    const example = exampleOf(field, this.#options.values);
    this.#report(position, `${field.name} ${actual}, but must be ${expected}. Write, for example, ${example}.`);
  }

  #report(position: string, message: string): void {
    this.problems.push({ position, message });
  }
}

function isNull({ content }: YamlNode): boolean {
  return content.kind === "scalar" && content.value === null;
}

/** Returns a correct line for a field. For a message, it sets the first field. */
function exampleOf(field: DescField, values: MessageReaderOptions["values"]): string {
  const [first] = field.message?.fields ?? [];
  const value = values.get(field)?.example ?? `{ ${first ? exampleOf(first, values) : ""} }`;
  return `${field.name}: ${field.fieldKind === "list" ? `[${value}]` : value}`;
}

function namesOf({ fields }: DescMessage): string[] {
  return fields.map(({ name }) => name);
}

function suggestOneOf(schema: DescMessage): string {
  return ` Use ${namesOf(schema).join(", ")}.`;
}
