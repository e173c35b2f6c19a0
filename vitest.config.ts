import { defineConfig } from "vitest/config";

/** `unit` needs nothing but Node; `real` starts Envoy and other real components, one file at a time because they share a machine's ports and cores. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/{envoy,cluster,conformance,playground}/**"],
        },
      },
      {
        test: {
          name: "real",
          include: ["test/{envoy,cluster,conformance,playground}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
