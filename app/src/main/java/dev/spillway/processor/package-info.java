@NullMarked
package dev.spillway.processor;

import org.jspecify.annotations.NullMarked;
