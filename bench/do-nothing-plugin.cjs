// A plugin on protoplugin that does nothing, to measure the cost of decoding a request. CommonJS, like protoc-gen-es.
const { createEcmaScriptPlugin, runNodeJs } = require("@bufbuild/protoplugin");

runNodeJs(createEcmaScriptPlugin({ name: "do-nothing", version: "v1", generateTs() {} }));
