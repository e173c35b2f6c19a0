import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { renderSidecarConfig, renderText } from "../../src/sidecar/bootstrap.ts";
import { SIDECAR_EXAMPLES } from "./examples.ts";

describe("a sidecar's configuration", () => {
  for (const { title, file, workload, options } of SIDECAR_EXAMPLES) {
    test(`of ${title} is as the golden file says`, async () => {
      const yaml = stringify(renderSidecarConfig(workload, options), { aliasDuplicateObjects: false, lineWidth: 0 });
      await expect(yaml).toMatchFileSnapshot(`golden/${file}.yaml`);
    });
  }

  test("carries certificates and keys inline when it is told to", () => {
    const [example] = SIDECAR_EXAMPLES;
    const rendered = renderText(
      renderSidecarConfig(example!.workload, {
        ...example!.options,
        identity: { certificateChain: { inline: "CHAIN" }, privateKey: { inline: "KEY" }, trustBundle: { inline: "ROOTS" } },
      }),
    );
    expect(
      JSON.parse(rendered).static_resources.listeners[0].filter_chains[0].transport_socket.typed_config.common_tls_context,
    ).toEqual({
      alpn_protocols: ["h2", "http/1.1"],
      tls_params: { tls_minimum_protocol_version: "TLSv1_3", tls_maximum_protocol_version: "TLSv1_3" },
      tls_certificates: [{ certificate_chain: { inline_string: "CHAIN" }, private_key: { inline_string: "KEY" } }],
      validation_context: {
        trusted_ca: { inline_string: "ROOTS" },
        match_typed_subject_alt_names: [{ san_type: "URI", matcher: { prefix: "spiffe://cluster.local/" } }],
      },
    });
  });
});
