// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";

/// @title SlashShares: who gets what of a slash
/// @dev The one place that holds the rule which makes slashing oneself a loss: of the penalty, reporter, victim and jury
/// get 60 % at most, even if they are all the same person.
library SlashShares {
    /// @notice Shares are parts of so many.
    uint256 internal constant WHOLE = 10_000;
    /// @notice Most that the three shares may be together.
    uint256 internal constant MAX_SHARES = 6_000;

    /// @notice Splits `taken`, what a slash really took: restitution first, then the shares of what is left, each rounded
    /// down; the treasury gets the rest, so that the parts add up to `taken`. Nobody's share is the treasury's.
    /// @dev Restitution is bounded too: with the shares of the rest it stays within `MAX_SHARES` of what is taken. Else an
    /// executor could take its stake out, past every freeze, by losing a dispute with a client of its own.
    /// @dev What of it was reserved for other disputes is the treasury's, but for the jury's share: jurors are drawn, while
    /// reporter and victim can be friends of a member that is about to lose those disputes. The jury is paid as if nothing were
    /// reserved, since what a juror earns must not depend on what it finds; it cannot make the parts exceed what was taken,
    /// since a smaller part is shared among the others by the same shares.
    /// @dev `taken` is below 2^97: no product overflows.
    /// @param unreserved What the member had that was not reserved for other disputes.
    function split(
        IStakeRegistry.Slash calldata order,
        uint256 taken,
        uint256 unreserved
    ) internal pure returns (IStakeRegistry.Payout memory payout) {
        uint256 asked = order.reporterShare + order.victimShare + order.juryShare;
        require(asked <= MAX_SHARES, IStakeRegistry.StakeSharesTooLarge(MAX_SHARES, asked));
        uint256 shared = Math.min(taken, unreserved);
        uint256 limit = (shared * (MAX_SHARES - asked)) / (WHOLE - asked);
        if (order.victim != address(0)) payout.restituted = Math.min(order.restitution, limit);
        uint256 penalty = shared - payout.restituted;
        payout.reporter = _shareOf(penalty, order.reporter, order.reporterShare);
        payout.victim = Math.min(_shareOf(penalty, order.victim, order.victimShare), order.victimLimit);
        payout.jury = _shareOf(taken - payout.restituted, order.jury, order.juryShare);
        payout.treasury = taken - payout.restituted - payout.reporter - payout.victim - payout.jury;
    }

    function _shareOf(uint256 penalty, address account, uint256 share) private pure returns (uint256) {
        return account == address(0) ? 0 : (penalty * share) / WHOLE;
    }
}
