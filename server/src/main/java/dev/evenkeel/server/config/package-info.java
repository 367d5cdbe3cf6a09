/** The configuration: its keys, their defaults, and where they come from. */
@NullMarked
package dev.evenkeel.server.config;

import org.jspecify.annotations.NullMarked;
