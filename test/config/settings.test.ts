import { describe, expect, test } from "vitest";
import { renderSettingsPage } from "../../src/config/docs-page.ts";
import { renderFaults } from "../../src/config/faults.ts";
import { type AnySetting, envName, fileKey } from "../../src/config/setting.ts";
import { SETTING_KEYS, SETTINGS } from "../../src/config/settings.ts";

describe("the table of settings", () => {
  for (const key of SETTING_KEYS) {
    const setting: AnySetting = SETTINGS[key];
    test(`${key} has names that agree, a default that parses and a sentence of help`, () => {
      expect(fileKey(setting.flag)).toBe(key);
      expect(envName(setting.flag)).toMatch(/^SALLYPORT_[A-Z]+(_[A-Z]+)*$/);
      expect(setting.default === undefined || setting.parse(setting.default).ok).toBe(true);
      expect(setting.description).toMatch(/^(?:[a-z]|PEM).*[^.]$/);
    });
  }

  test("no name looks like a variable that Kubernetes sets for a Service", () => {
    expect(SETTING_KEYS.map((key) => envName(SETTINGS[key].flag)).filter((name) => /_(PORT|SERVICE_HOST)$/.test(name))).toEqual(
      [],
    );
  });

  test("the docs page names each setting by flag, variable, file key and default", () => {
    const page = renderSettingsPage();
    expect(page).toContain(
      "| [`--grpc-address`](#--grpc-address) | `SALLYPORT_GRPC_ADDRESS` | `grpcAddress` | `0.0.0.0:9191` | serve |\n",
    );
    expect(SETTING_KEYS.filter((key) => !page.includes(`\n## --${SETTINGS[key].flag}\n`))).toEqual([]);
  });

  test("faults are told a line each, with the way out below", () => {
    const faults = [
      { source: "flag --a", message: "is unknown", help: "did you mean `--b`?" },
      { source: "c:1:2", message: "is not a mapping" },
    ];
    expect(renderFaults(faults)).toBe(
      "sallyport: flag --a: is unknown\n  help: did you mean `--b`?\nsallyport: c:1:2: is not a mapping\n",
    );
  });
});
