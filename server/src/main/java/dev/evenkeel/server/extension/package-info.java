/**
 * The extensions that run: how they are found and started, what they registered, and their bounded
 * state.
 */
@NullMarked
package dev.evenkeel.server.extension;

import org.jspecify.annotations.NullMarked;
