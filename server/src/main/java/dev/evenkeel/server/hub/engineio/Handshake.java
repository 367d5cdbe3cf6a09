package dev.evenkeel.server.hub.engineio;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a client from its first request. Header values are as they came.
 *
 * @param remoteAddress where the request came from, without the port
 */
public record Handshake(
    String remoteAddress,
    @Nullable String host,
    @Nullable String origin,
    @Nullable String secFetchSite,
    @Nullable String authorization,
    @Nullable String userAgent) {}
