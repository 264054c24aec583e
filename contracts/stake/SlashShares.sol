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
    /// @notice Of a stake one of so many parts goes to jurors out of turn at most, with the treasury's part of it: what the
    /// largest share of a jury comes to, 20 % of 60 %.
    uint256 internal constant EARLY_DIVISOR = 3;

    /// @notice What reporter and victim are owed of what waits.
    struct Dues {
        uint256 reporter;
        uint256 victim;
    }

    /// @notice Splits `taken`, what a slash really took: restitution first, then the shares of what is left, each rounded
    /// down; the treasury gets the rest, so that the parts add up to `taken`. Nobody's share is the treasury's.
    /// @dev Restitution is bounded too: with the shares of the rest it stays within `MAX_SHARES` of what is taken. Else an
    /// executor could take its stake out, past every freeze, by losing a dispute with a client of its own.
    /// @dev What earlier claims may still need waits, but for the jury's share: jurors are drawn, while reporter and victim
    /// can be friends of a member that is about to lose those disputes; and what a juror earns must not depend on what it finds.
    /// The treasury's 40 % go with it: else of what an earlier claim takes back afterwards others had 60 %, and jurors a share
    /// beside. And `room` bounds it: else one dispute after the other, each decided before those that were opened before it,
    /// would take the whole stake past whoever was first.
    /// @dev `taken` is below 2^97: no product overflows.
    /// @param served What of `taken` no earlier claim needs.
    /// @param room What may still be paid out of turn.
    function split(
        IStakeRegistry.Slash calldata order,
        uint256 taken,
        uint256 served,
        uint256 room
    ) internal pure returns (IStakeRegistry.Payout memory payout, Dues memory dues) {
        payout = _partsOf(order, served);
        if (served == taken) return (payout, dues);
        // No part of a smaller sum is larger.
        IStakeRegistry.Payout memory whole = _partsOf(order, taken);
        (uint256 early, uint256 jury) = _earlyOf(whole.jury - payout.jury, Math.min(room, taken - served));
        payout.waiting = taken - served - early;
        payout.jury += jury;
        payout.treasury += early - jury;
        // Several parts rounded up together could exceed what waits by a unit or two.
        dues.reporter = Math.min(whole.reporter - payout.reporter, payout.waiting);
        uint256 victim = whole.restituted + whole.victim - payout.restituted - payout.victim;
        dues.victim = Math.min(victim, payout.waiting - dues.reporter);
    }

    /// @notice What may be paid out of turn, given what there is of a stake, waiting or not, and what was paid so before.
    function roomFor(uint256 left, uint256 early) internal pure returns (uint256) {
        return Math.saturatingSub((left + early) / EARLY_DIVISOR, early);
    }

    /// @return early What goes out of turn, at most `room`.
    /// @return jury What of it is the jury's: `asked`, or 60 % of the room.
    function _earlyOf(uint256 asked, uint256 room) private pure returns (uint256 early, uint256 jury) {
        early = Math.ceilDiv(asked * WHOLE, MAX_SHARES);
        if (early <= room) return (early, asked);
        return (room, (room * MAX_SHARES) / WHOLE);
    }

    function _partsOf(
        IStakeRegistry.Slash calldata order,
        uint256 shared
    ) private pure returns (IStakeRegistry.Payout memory parts) {
        uint256 asked = order.reporterShare + order.victimShare + order.juryShare;
        require(asked <= MAX_SHARES, IStakeRegistry.StakeSharesTooLarge(MAX_SHARES, asked));
        uint256 limit = (shared * (MAX_SHARES - asked)) / (WHOLE - asked);
        if (order.victim != address(0)) parts.restituted = Math.min(order.restitution, limit);
        uint256 penalty = shared - parts.restituted;
        parts.reporter = _shareOf(penalty, order.reporter, order.reporterShare);
        parts.victim = Math.min(_shareOf(penalty, order.victim, order.victimShare), order.victimLimit);
        parts.jury = _shareOf(penalty, order.jury, order.juryShare);
        parts.treasury = penalty - parts.reporter - parts.victim - parts.jury;
    }

    function _shareOf(uint256 penalty, address account, uint256 share) private pure returns (uint256) {
        return account == address(0) ? 0 : (penalty * share) / WHOLE;
    }
}
