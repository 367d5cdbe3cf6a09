/** Takes secrets out of events before they are kept. */
@NullMarked
package dev.evenkeel.extensions.redact;

import org.jspecify.annotations.NullMarked;
