package dev.evenkeel.extensions.delegations;

import dev.evenkeel.extension.Session;

/**
 * A delegation's place in the map.
 *
 * @param toolUseId the id of the call, or empty where the agent sends none
 * @param number tells calls without an id apart; 0 for a call that has one
 */
record DelegationKey(Session session, String toolUseId, int number) {}
