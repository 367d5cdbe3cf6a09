/** What memory the parts may use together, and how they tell what they use. */
@NullMarked
package dev.evenkeel.server.budget;

import org.jspecify.annotations.NullMarked;
