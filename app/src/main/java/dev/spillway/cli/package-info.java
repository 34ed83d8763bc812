/**
 * Commands: the only place that parses arguments, writes to the terminal or exits. A command reads its options, puts the parts
 * together, and leaves every failure to {@link dev.spillway.cli.Diagnosis}, which knows the exit codes. No record passes here.
 */
@NullMarked
package dev.spillway.cli;

import org.jspecify.annotations.NullMarked;
