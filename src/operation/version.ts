/** The version of this package, plugin and runtime alike. */
export const packageVersion = "0.1.0";

/** The version of the contract between generated code and runtime. It changes when old generated code would break. */
export const codegenVersion = 1;
