#!/usr/bin/env node
import { runProgram } from "./runtime/program.ts";

const { exitCode, stdout, stderr } = await runProgram(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
