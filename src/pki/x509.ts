// The library's decorators want this polyfill before it is loaded itself, so it is imported here and nowhere else.
// oxlint-disable-next-line import/no-unassigned-import
import "reflect-metadata";

export * from "@peculiar/x509";
