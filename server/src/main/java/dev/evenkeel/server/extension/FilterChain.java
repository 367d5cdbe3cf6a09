package dev.evenkeel.server.extension;

import java.util.List;

/**
 * The filters at one moment, in order.
 *
 * @param shipped whether all of them come with the server, so that none blocks
 */
public record FilterChain(List<Registration.Filter> filters, boolean shipped) {

  static FilterChain of(List<Registration.Filter> filters) {
    return new FilterChain(
        filters, filters.stream().allMatch(each -> each.extension().isShipped()));
  }
}
