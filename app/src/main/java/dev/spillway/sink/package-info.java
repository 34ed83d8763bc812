@NullMarked
package dev.spillway.sink;

import org.jspecify.annotations.NullMarked;
