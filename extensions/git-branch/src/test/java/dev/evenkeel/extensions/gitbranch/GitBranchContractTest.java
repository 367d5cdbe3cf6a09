package dev.evenkeel.extensions.gitbranch;

import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.testkit.ExtensionContract;

class GitBranchContractTest extends ExtensionContract {

  @Override
  protected Extension newExtension() {
    return new GitBranchExtension();
  }
}
