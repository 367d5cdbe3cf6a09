/** The one handler: takes accepted events to the extensions and publishes what comes of them. */
@NullMarked
package dev.evenkeel.server.handler;

import org.jspecify.annotations.NullMarked;
