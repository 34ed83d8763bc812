@NullMarked
package dev.spillway.runtime;

import org.jspecify.annotations.NullMarked;
