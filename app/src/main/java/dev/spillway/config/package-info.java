/**
 * What the operator decided. Read once from file, environment and command line, validated as a whole, immutable from then on.
 * No record passes here.
 */
@NullMarked
package dev.spillway.config;

import org.jspecify.annotations.NullMarked;
