// A plugin on protoplugin that does nothing: what decoding the request costs. CommonJS, as protoc-gen-es is.
const { createEcmaScriptPlugin, runNodeJs } = require("@bufbuild/protoplugin");

runNodeJs(createEcmaScriptPlugin({ name: "do-nothing", version: "v1", generateTs() {} }));
