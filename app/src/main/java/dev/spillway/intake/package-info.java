@NullMarked
package dev.spillway.intake;

import org.jspecify.annotations.NullMarked;
