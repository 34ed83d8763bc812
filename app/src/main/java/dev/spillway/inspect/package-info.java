@NullMarked
package dev.spillway.inspect;

import org.jspecify.annotations.NullMarked;
