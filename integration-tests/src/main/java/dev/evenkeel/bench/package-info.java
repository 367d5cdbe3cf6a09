/** The benchmark: what the packaged server does on this machine. */
@NullMarked
package dev.evenkeel.bench;

import org.jspecify.annotations.NullMarked;
