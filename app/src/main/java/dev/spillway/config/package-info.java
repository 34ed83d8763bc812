@NullMarked
package dev.spillway.config;

import org.jspecify.annotations.NullMarked;
