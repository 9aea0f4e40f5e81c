// Compiled from templates/ by `npm run generate`. Do not edit.
import * as template from "./template.ts";

/** Compiled from templates/client.ts. */
export const clientTemplate: template.Template = {
  ts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegenv1", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegenv1", true);
    const createLroClient = f.import("createLroClient", "protoc-gen-ts-lro/codegenv1");
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroCall}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}<${service.nameOf("$ServiceLro")}>): ${service.nameOf("$ServiceClient")} {`;
    f.print`  return ${createLroClient}(${service.nameOf("$ServiceLro")}, transport, options);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    const createLroClient = f.import("createLroClient", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport, options) {`;
    f.print`  return ${createLroClient}(${service.nameOf("$ServiceLro")}, transport, options);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegenv1", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegenv1", true);
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroCall}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations.`, service);
    f.print`${f.export("declare function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}<${service.nameOf("$ServiceLro")}>): ${service.nameOf("$ServiceClient")};`;
    f.print();
  },
};

/** Compiled from templates/implementation.ts. */
export const implementationTemplate: template.Template = {
  ts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const HandlerContext = f.import("HandlerContext", "@connectrpc/connect", true);
    const MaybePromise = f.import("MaybePromise", "protoc-gen-ts-lro/codegenv1", true);
    const OperationInit = f.import("OperationInit", "protoc-gen-ts-lro/codegenv1", true);
    const lroImplementation = f.import("lroImplementation", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `An implementation of ${service.desc.typeName} that returns typed operations, for servers with an existing job system.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceImpl"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}(request: ${f.importShape(method.desc.input)}, context: ${HandlerContext}): ${MaybePromise}<${OperationInit}<${f.importShape(method.response)}, ${f.importShape(method.metadata)}>>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Converts an implementation that returns typed operations into one for a Connect router. Methods that you omit return\nUNIMPLEMENTED.`, service);
    f.print`${f.export("function", service.nameOf("implement$Service"))}(impl: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceImpl")}>): ${template.globalName(f, "Partial", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>> {`;
    f.print`  return ${lroImplementation}(${service.nameOf("$ServiceLro")}, impl);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    const lroImplementation = f.import("lroImplementation", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `Converts an implementation that returns typed operations into one for a Connect router. Methods that you omit return\nUNIMPLEMENTED.`, service);
    f.print`${f.export("function", service.nameOf("implement$Service"))}(impl) {`;
    f.print`  return ${lroImplementation}(${service.nameOf("$ServiceLro")}, impl);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const HandlerContext = f.import("HandlerContext", "@connectrpc/connect", true);
    const MaybePromise = f.import("MaybePromise", "protoc-gen-ts-lro/codegenv1", true);
    const OperationInit = f.import("OperationInit", "protoc-gen-ts-lro/codegenv1", true);
    template.printDocs(f, `An implementation of ${service.desc.typeName} that returns typed operations, for servers with an existing job system.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceImpl"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}(request: ${f.importShape(method.desc.input)}, context: ${HandlerContext}): ${MaybePromise}<${OperationInit}<${f.importShape(method.response)}, ${f.importShape(method.metadata)}>>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Converts an implementation that returns typed operations into one for a Connect router. Methods that you omit return\nUNIMPLEMENTED.`, service);
    f.print`${f.export("declare function", service.nameOf("implement$Service"))}(impl: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceImpl")}>): ${template.globalName(f, "Partial", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>>;`;
    f.print();
  },
};

/** Compiled from templates/server.ts. */
export const serverTemplate: template.Template = {
  ts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const LroHandler = f.import("LroHandler", "protoc-gen-ts-lro/codegenv1", true);
    const LroServer = f.import("LroServer", "protoc-gen-ts-lro/codegenv1", true);
    const LroRegisterOptions = f.import("LroRegisterOptions", "protoc-gen-ts-lro/codegenv1", true);
    template.printDocs(f, `The handlers of ${service.desc.typeName}. The server stores, runs, and serves the operations of its long-running methods.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceHandlers"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroHandler}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Registers the handlers of ${service.desc.typeName} on a server. Methods that you omit return UNIMPLEMENTED.`, service);
    f.print`${f.export("function", service.nameOf("register$Service"))}(`;
    f.print`  server: ${LroServer},`;
    f.print`  handlers: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceHandlers")}>,`;
    f.print`  options?: ${LroRegisterOptions},`;
    f.print`): void {`;
    f.print`  server.register(${service.nameOf("$ServiceLro")}, handlers, options);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    template.printDocs(f, `Registers the handlers of ${service.desc.typeName} on a server. Methods that you omit return UNIMPLEMENTED.`, service);
    f.print`${f.export("function", service.nameOf("register$Service"))}(server, handlers, options) {`;
    f.print`  server.register(${service.nameOf("$ServiceLro")}, handlers, options);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const LroHandler = f.import("LroHandler", "protoc-gen-ts-lro/codegenv1", true);
    const LroServer = f.import("LroServer", "protoc-gen-ts-lro/codegenv1", true);
    const LroRegisterOptions = f.import("LroRegisterOptions", "protoc-gen-ts-lro/codegenv1", true);
    template.printDocs(f, `The handlers of ${service.desc.typeName}. The server stores, runs, and serves the operations of its long-running methods.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceHandlers"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroHandler}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Registers the handlers of ${service.desc.typeName} on a server. Methods that you omit return UNIMPLEMENTED.`, service);
    f.print`${f.export("declare function", service.nameOf("register$Service"))}(server: ${LroServer}, handlers: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceHandlers")}>, options?: ${LroRegisterOptions}): void;`;
    f.print();
  },
};

/** Compiled from templates/service.ts. */
export const serviceTemplate: template.Template = {
  ts(f, service) {
    const LroService = f.import("LroService", "protoc-gen-ts-lro/codegenv1", true);
    const LroMethod = f.import("LroMethod", "protoc-gen-ts-lro/codegenv1", true);
    const lroService = f.import("lroService", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `The long-running methods of ${service.desc.typeName}, with the request, response, and metadata type of each.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceLro"))} extends ${LroService}<typeof ${f.importSchema(service.desc).toTypeOnly()}> {`;
    f.print`  readonly methods: {`;
    for (const method of service.methods) {
      f.print`    readonly ${method.desc.localName}: ${LroMethod}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`  };`;
    f.print`}`;
    f.print();
    template.printDocs(f, `The long-running methods of ${service.desc.typeName}.`, service);
    f.print`${f.export("const", service.nameOf("$ServiceLro"))}: ${service.nameOf("$ServiceLro")} = /*@__PURE__*/ ${lroService}(${f.importSchema(service.desc)}, {`;
    f.print`  methods: {`;
    for (const method of service.methods) {
      f.print`    ${method.desc.localName}: {`;
      f.print`      response: ${f.importSchema(method.response)},`;
      f.print`      metadata: ${f.importSchema(method.metadata)},`;
      if (method.requestId !== undefined) {
        f.print`      requestId: ${JSON.stringify(method.requestId)},`;
      }
      if (method.polling !== undefined) {
        f.print`      polling: ${template.printPolling(method)},`;
      }
      if (method.startTimeoutMs !== undefined) {
        f.print`      startTimeoutMs: ${String(method.startTimeoutMs)},`;
      }
      f.print`    },`;
    }
    f.print`  },`;
    f.print`});`;
    f.print();
  },
  js(f, service) {
    const lroService = f.import("lroService", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `The long-running methods of ${service.desc.typeName}.`, service);
    f.print`${f.export("const", service.nameOf("$ServiceLro"))} = /*@__PURE__*/ ${lroService}(${f.importSchema(service.desc)}, {`;
    f.print`  methods: {`;
    for (const method of service.methods) {
      f.print`    ${method.desc.localName}: {`;
      f.print`      response: ${f.importSchema(method.response)},`;
      f.print`      metadata: ${f.importSchema(method.metadata)},`;
      if (method.requestId !== undefined) {
        f.print`      requestId: ${JSON.stringify(method.requestId)},`;
      }
      if (method.polling !== undefined) {
        f.print`      polling: ${template.printPolling(method)},`;
      }
      if (method.startTimeoutMs !== undefined) {
        f.print`      startTimeoutMs: ${String(method.startTimeoutMs)},`;
      }
      f.print`    },`;
    }
    f.print`  },`;
    f.print`});`;
    f.print();
  },
  dts(f, service) {
    const LroService = f.import("LroService", "protoc-gen-ts-lro/codegenv1", true);
    const LroMethod = f.import("LroMethod", "protoc-gen-ts-lro/codegenv1", true);
    template.printDocs(f, `The long-running methods of ${service.desc.typeName}, with the request, response, and metadata type of each.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceLro"))} extends ${LroService}<typeof ${f.importSchema(service.desc).toTypeOnly()}> {`;
    f.print`  readonly methods: {`;
    for (const method of service.methods) {
      f.print`    readonly ${method.desc.localName}: ${LroMethod}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`  };`;
    f.print`}`;
    f.print();
    template.printDocs(f, `The long-running methods of ${service.desc.typeName}.`, service);
    f.print`${f.export("declare const", service.nameOf("$ServiceLro"))}: ${service.nameOf("$ServiceLro")};`;
    f.print();
  },
};

/** Compiled from templates/thenable.ts. */
export const thenableTemplate: template.Template = {
  ts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegenv1", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegenv1", true);
    const hideThen = f.import("hideThen", "protoc-gen-ts-lro/codegenv1");
    const createLroClient = f.import("createLroClient", "protoc-gen-ts-lro/codegenv1");
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")} | "then"> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${template.callName(method)}: ${LroCall}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    if (service.plainThen !== undefined) {
      f.print`  then$: ${template.printPlainThen(f, service)};`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations. \`await\` would call a method\nnamed then, so it is named then$.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}<${service.nameOf("$ServiceLro")}>): ${service.nameOf("$ServiceClient")} {`;
    f.print`  return ${hideThen}(${createLroClient}(${service.nameOf("$ServiceLro")}, transport, options));`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    const hideThen = f.import("hideThen", "protoc-gen-ts-lro/codegenv1");
    const createLroClient = f.import("createLroClient", "protoc-gen-ts-lro/codegenv1");
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations. \`await\` would call a method\nnamed then, so it is named then$.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport, options) {`;
    f.print`  return ${hideThen}(${createLroClient}(${service.nameOf("$ServiceLro")}, transport, options));`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegenv1", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegenv1", true);
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")} | "then"> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${template.callName(method)}: ${LroCall}<${f.importShape(method.desc.input)}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    if (service.plainThen !== undefined) {
      f.print`  then$: ${template.printPlainThen(f, service)};`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}. Its long-running methods return typed operations. \`await\` would call a method\nnamed then, so it is named then$.`, service);
    f.print`${f.export("declare function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}<${service.nameOf("$ServiceLro")}>): ${service.nameOf("$ServiceClient")};`;
    f.print();
  },
};

/** Compiled from templates/unpack.ts. */
export const unpackTemplate: template.Template = {
  ts(f, service) {
    const RawOperation = f.import("RawOperation", "protoc-gen-ts-lro/codegenv1", true);
    const OperationSnapshot = f.import("OperationSnapshot", "protoc-gen-ts-lro/codegenv1", true);
    const unpackOperation = f.import("unpackOperation", "protoc-gen-ts-lro/codegenv1");
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks a raw operation of ${service.desc.typeName + "." + method.desc.name}: its metadata and, if it is done, its outcome.`, method);
      f.print`${f.export("function", method.nameOf("unpack$Service_$Method"))}(operation: ${RawOperation}): ${OperationSnapshot}<${f.importShape(method.response)}, ${f.importShape(method.metadata)}> {`;
      f.print`  return ${unpackOperation}({ response: ${f.importSchema(method.response)}, metadata: ${f.importSchema(method.metadata)} }, operation);`;
      f.print`}`;
      f.print();
    }
  },
  js(f, service) {
    const unpackOperation = f.import("unpackOperation", "protoc-gen-ts-lro/codegenv1");
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks a raw operation of ${service.desc.typeName + "." + method.desc.name}: its metadata and, if it is done, its outcome.`, method);
      f.print`${f.export("function", method.nameOf("unpack$Service_$Method"))}(operation) {`;
      f.print`  return ${unpackOperation}({ response: ${f.importSchema(method.response)}, metadata: ${f.importSchema(method.metadata)} }, operation);`;
      f.print`}`;
      f.print();
    }
  },
  dts(f, service) {
    const RawOperation = f.import("RawOperation", "protoc-gen-ts-lro/codegenv1", true);
    const OperationSnapshot = f.import("OperationSnapshot", "protoc-gen-ts-lro/codegenv1", true);
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks a raw operation of ${service.desc.typeName + "." + method.desc.name}: its metadata and, if it is done, its outcome.`, method);
      f.print`${f.export("declare function", method.nameOf("unpack$Service_$Method"))}(operation: ${RawOperation}): ${OperationSnapshot}<${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
      f.print();
    }
  },
};
