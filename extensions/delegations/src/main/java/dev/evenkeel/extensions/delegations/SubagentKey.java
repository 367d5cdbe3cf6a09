package dev.evenkeel.extensions.delegations;

import dev.evenkeel.extension.Session;

/** A subagent of a session. */
record SubagentKey(Session session, String agentId) {}
