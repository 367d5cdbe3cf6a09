/** What extensions cost for each event. */
@NullMarked
package dev.evenkeel.bench.extension;

import org.jspecify.annotations.NullMarked;
