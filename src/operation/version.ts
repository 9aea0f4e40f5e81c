/** The version of the contract between generated code and runtime. It changes when old generated code would break. */
export const codegenVersion = 1;
