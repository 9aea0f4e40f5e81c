// Compiled from templates/ by `npm run generate`. Do not edit.
import * as template from "./template.ts";

/** Compiled from templates/client.ts. */
export const clientTemplate: template.Template = {
  declarations: {"service":["create$ServiceClient","$ServiceClient"],"method":[]},
  ts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegen", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegen", true);
    const lroClient = f.import("lroClient", "protoc-gen-ts-lro/codegen");
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroCall}<typeof ${f.importSchema(method.desc.input).toTypeOnly()}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}, in which each long-running method returns a typed operation.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}): ${service.nameOf("$ServiceClient")} {`;
    f.print`  return ${lroClient}(${service.nameOf("$ServiceLro")}, transport, options);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    const lroClient = f.import("lroClient", "protoc-gen-ts-lro/codegen");
    template.printDocs(f, `Creates a client for ${service.desc.typeName}, in which each long-running method returns a typed operation.`, service);
    f.print`${f.export("function", service.nameOf("create$ServiceClient"))}(transport, options) {`;
    f.print`  return ${lroClient}(${service.nameOf("$ServiceLro")}, transport, options);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const Client = f.import("Client", "@connectrpc/connect", true);
    const LroCall = f.import("LroCall", "protoc-gen-ts-lro/codegen", true);
    const Transport = f.import("Transport", "@connectrpc/connect", true);
    const LroClientOptions = f.import("LroClientOptions", "protoc-gen-ts-lro/codegen", true);
    f.print(f.jsDoc(service.desc, ""));
    f.print`${f.export("interface", service.nameOf("$ServiceClient"))} extends ${template.globalName(f, "Omit", service)}<${Client}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroCall}<typeof ${f.importSchema(method.desc.input).toTypeOnly()}, ${f.importShape(method.response)}, ${f.importShape(method.metadata)}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Creates a client for ${service.desc.typeName}, in which each long-running method returns a typed operation.`, service);
    f.print`${f.export("declare function", service.nameOf("create$ServiceClient"))}(transport: ${Transport}, options?: ${LroClientOptions}): ${service.nameOf("$ServiceClient")};`;
    f.print();
  },
};

/** Compiled from templates/server.ts. */
export const serverTemplate: template.Template = {
  declarations: {"service":["register$Service","$ServiceHandlers"],"method":[]},
  ts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const LroHandler = f.import("LroHandler", "protoc-gen-ts-lro/codegen", true);
    const ConnectRouter = f.import("ConnectRouter", "@connectrpc/connect", true);
    const LroServer = f.import("LroServer", "protoc-gen-ts-lro/codegen", true);
    template.printDocs(f, `The handlers of ${service.desc.typeName}, whose long-running methods a server runs and serves.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceHandlers"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroHandler}<typeof ${f.importSchema(method.desc.input).toTypeOnly()}, typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Serves ${service.desc.typeName}, and runs its operations. Methods that are left out are not implemented.`, service);
    f.print`${f.export("function", service.nameOf("register$Service"))}(`;
    f.print`  router: ${ConnectRouter},`;
    f.print`  server: ${LroServer},`;
    f.print`  handlers: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceHandlers")}>,`;
    f.print`): ${ConnectRouter} {`;
    f.print`  return server.register(router, ${service.nameOf("$ServiceLro")}, handlers);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    template.printDocs(f, `Serves ${service.desc.typeName}, and runs its operations. Methods that are left out are not implemented.`, service);
    f.print`${f.export("function", service.nameOf("register$Service"))}(router, server, handlers) {`;
    f.print`  return server.register(router, ${service.nameOf("$ServiceLro")}, handlers);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const LroHandler = f.import("LroHandler", "protoc-gen-ts-lro/codegen", true);
    const ConnectRouter = f.import("ConnectRouter", "@connectrpc/connect", true);
    const LroServer = f.import("LroServer", "protoc-gen-ts-lro/codegen", true);
    template.printDocs(f, `The handlers of ${service.desc.typeName}, whose long-running methods a server runs and serves.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceHandlers"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}: ${LroHandler}<typeof ${f.importSchema(method.desc.input).toTypeOnly()}, typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Serves ${service.desc.typeName}, and runs its operations. Methods that are left out are not implemented.`, service);
    f.print`${f.export("declare function", service.nameOf("register$Service"))}(router: ${ConnectRouter}, server: ${LroServer}, handlers: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceHandlers")}>): ${ConnectRouter};`;
    f.print();
  },
};

/** Compiled from templates/service.ts. */
export const serviceTemplate: template.Template = {
  declarations: {"service":["$ServiceLro"],"method":[]},
  ts(f, service) {
    const LroService = f.import("LroService", "protoc-gen-ts-lro/codegen", true);
    const LroMethod = f.import("LroMethod", "protoc-gen-ts-lro/codegen", true);
    const lroService = f.import("lroService", "protoc-gen-ts-lro/codegen");
    template.printDocs(f, `Long-running methods of ${service.desc.typeName}, with the response and metadata type of each.`, service);
    f.print`${f.export("const", service.nameOf("$ServiceLro"))}: ${LroService}<`;
    f.print`  typeof ${f.importSchema(service.desc).toTypeOnly()},`;
    f.print`  {`;
    for (const method of service.methods) {
      f.print`    ${method.desc.localName}: ${LroMethod}<typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>;`;
    }
    f.print`  }`;
    f.print`> = /*@__PURE__*/ ${lroService}(`;
    f.print`  ${f.importSchema(service.desc)},`;
    f.print`  {`;
    for (const method of service.methods) {
      f.print`    ${method.desc.localName}: {`;
      f.print`      response: ${f.importSchema(method.response)},`;
      f.print`      metadata: ${f.importSchema(method.metadata)},`;
      if (method.polling !== undefined) {
        f.print`      polling: ${template.printPolling(method)},`;
      }
      f.print`    },`;
    }
    f.print`  },`;
    f.print`  1,`;
    f.print`);`;
    f.print();
  },
  js(f, service) {
    const lroService = f.import("lroService", "protoc-gen-ts-lro/codegen");
    template.printDocs(f, `Long-running methods of ${service.desc.typeName}, with the response and metadata type of each.`, service);
    f.print`${f.export("const", service.nameOf("$ServiceLro"))} = /*@__PURE__*/ ${lroService}(${f.importSchema(service.desc)}, {`;
    for (const method of service.methods) {
      f.print`  ${method.desc.localName}: {`;
      f.print`    response: ${f.importSchema(method.response)},`;
      f.print`    metadata: ${f.importSchema(method.metadata)},`;
      if (method.polling !== undefined) {
        f.print`    polling: ${template.printPolling(method)},`;
      }
      f.print`  },`;
    }
    f.print`}, 1);`;
    f.print();
  },
  dts(f, service) {
    const LroService = f.import("LroService", "protoc-gen-ts-lro/codegen", true);
    const LroMethod = f.import("LroMethod", "protoc-gen-ts-lro/codegen", true);
    template.printDocs(f, `Long-running methods of ${service.desc.typeName}, with the response and metadata type of each.`, service);
    f.print`${f.export("declare const", service.nameOf("$ServiceLro"))}: ${LroService}<typeof ${f.importSchema(service.desc).toTypeOnly()}, {`;
    for (const method of service.methods) {
      f.print`  ${method.desc.localName}: ${LroMethod}<typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>;`;
    }
    f.print`}>;`;
    f.print();
  },
};

/** Compiled from templates/stub.ts. */
export const stubTemplate: template.Template = {
  declarations: {"service":["stub$Service","$ServiceStub"],"method":[]},
  ts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const HandlerContext = f.import("HandlerContext", "@connectrpc/connect", true);
    const MaybePromise = f.import("MaybePromise", "protoc-gen-ts-lro/codegen", true);
    const OperationInit = f.import("OperationInit", "protoc-gen-ts-lro/codegen", true);
    const lroStub = f.import("lroStub", "protoc-gen-ts-lro/codegen");
    template.printDocs(f, `An implementation of ${service.desc.typeName} that returns typed operations, for those with a job system of their own.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceStub"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}(`;
      f.print`    request: ${f.importShape(method.desc.input)},`;
      f.print`    context: ${HandlerContext},`;
      f.print`  ): ${MaybePromise}<${OperationInit}<typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Turns the stub into an implementation for a Connect router. Methods that are left out are not implemented.`, service);
    f.print`${f.export("function", service.nameOf("stub$Service"))}(impl: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceStub")}>): ${template.globalName(f, "Partial", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>> {`;
    f.print`  return ${lroStub}(${service.nameOf("$ServiceLro")}, impl);`;
    f.print`}`;
    f.print();
  },
  js(f, service) {
    const lroStub = f.import("lroStub", "protoc-gen-ts-lro/codegen");
    template.printDocs(f, `Turns the stub into an implementation for a Connect router. Methods that are left out are not implemented.`, service);
    f.print`${f.export("function", service.nameOf("stub$Service"))}(impl) {`;
    f.print`  return ${lroStub}(${service.nameOf("$ServiceLro")}, impl);`;
    f.print`}`;
    f.print();
  },
  dts(f, service) {
    const ServiceImpl = f.import("ServiceImpl", "@connectrpc/connect", true);
    const HandlerContext = f.import("HandlerContext", "@connectrpc/connect", true);
    const MaybePromise = f.import("MaybePromise", "protoc-gen-ts-lro/codegen", true);
    const OperationInit = f.import("OperationInit", "protoc-gen-ts-lro/codegen", true);
    template.printDocs(f, `An implementation of ${service.desc.typeName} that returns typed operations, for those with a job system of their own.`, service);
    f.print`${f.export("interface", service.nameOf("$ServiceStub"))} extends ${template.globalName(f, "Omit", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>, ${service.methods.map(({ desc }) => JSON.stringify(desc.localName)).join(" | ")}> {`;
    for (const method of service.methods) {
      f.print(f.jsDoc(method.desc, "  "));
      f.print`  ${method.desc.localName}(request: ${f.importShape(method.desc.input)}, context: ${HandlerContext}): ${MaybePromise}<${OperationInit}<typeof ${f.importSchema(method.response).toTypeOnly()}, typeof ${f.importSchema(method.metadata).toTypeOnly()}>>;`;
    }
    f.print`}`;
    f.print();
    template.printDocs(f, `Turns the stub into an implementation for a Connect router. Methods that are left out are not implemented.`, service);
    f.print`${f.export("declare function", service.nameOf("stub$Service"))}(impl: ${template.globalName(f, "Partial", service)}<${service.nameOf("$ServiceStub")}>): ${template.globalName(f, "Partial", service)}<${ServiceImpl}<typeof ${f.importSchema(service.desc).toTypeOnly()}>>;`;
    f.print();
  },
};

/** Compiled from templates/unpack.ts. */
export const unpackTemplate: template.Template = {
  declarations: {"service":[],"method":["unpack$MethodResponse","unpack$MethodMetadata"]},
  ts(f, service) {
    const RawOperation = f.import("RawOperation", "protoc-gen-ts-lro/codegen", true);
    const unpackResponse = f.import("unpackResponse", "protoc-gen-ts-lro/codegen");
    const unpackMetadata = f.import("unpackMetadata", "protoc-gen-ts-lro/codegen");
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks the response of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined while it is not done, or when it failed.`, method);
      f.print`${f.export("function", method.nameOf("unpack$MethodResponse"))}(operation: ${RawOperation}): ${f.importShape(method.response)} | undefined {`;
      f.print`  return ${unpackResponse}(operation, ${f.importSchema(method.response)});`;
      f.print`}`;
      f.print();
      template.printDocs(f, `Unpacks the metadata of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined where it has none.`, method);
      f.print`${f.export("function", method.nameOf("unpack$MethodMetadata"))}(operation: ${RawOperation}): ${f.importShape(method.metadata)} | undefined {`;
      f.print`  return ${unpackMetadata}(operation, ${f.importSchema(method.metadata)});`;
      f.print`}`;
      f.print();
    }
  },
  js(f, service) {
    const unpackResponse = f.import("unpackResponse", "protoc-gen-ts-lro/codegen");
    const unpackMetadata = f.import("unpackMetadata", "protoc-gen-ts-lro/codegen");
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks the response of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined while it is not done, or when it failed.`, method);
      f.print`${f.export("function", method.nameOf("unpack$MethodResponse"))}(operation) {`;
      f.print`  return ${unpackResponse}(operation, ${f.importSchema(method.response)});`;
      f.print`}`;
      f.print();
      template.printDocs(f, `Unpacks the metadata of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined where it has none.`, method);
      f.print`${f.export("function", method.nameOf("unpack$MethodMetadata"))}(operation) {`;
      f.print`  return ${unpackMetadata}(operation, ${f.importSchema(method.metadata)});`;
      f.print`}`;
      f.print();
    }
  },
  dts(f, service) {
    const RawOperation = f.import("RawOperation", "protoc-gen-ts-lro/codegen", true);
    for (const method of service.methods) {
      template.printDocs(f, `Unpacks the response of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined while it is not done, or when it failed.`, method);
      f.print`${f.export("declare function", method.nameOf("unpack$MethodResponse"))}(operation: ${RawOperation}): ${f.importShape(method.response)} | undefined;`;
      f.print();
      template.printDocs(f, `Unpacks the metadata of an operation of ${service.desc.typeName + "." + method.desc.name}: undefined where it has none.`, method);
      f.print`${f.export("declare function", method.nameOf("unpack$MethodMetadata"))}(operation: ${RawOperation}): ${f.importShape(method.metadata)} | undefined;`;
      f.print();
    }
  },
};
