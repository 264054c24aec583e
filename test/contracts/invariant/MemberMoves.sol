// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/// What two members and two judges do with stake in any order. Keeps its own books.
contract MemberMoves is Market {
    uint256 internal constant MEMBERS = 2;

    struct Freeze {
        address judge;
        bytes32 id;
        uint256 who;
        uint256 amount;
        /// What was there for it when it came.
        uint256 reserved;
        bool ended;
    }

    /// What went in and out of the registry.
    uint256 public staked;
    uint256 public withdrawn;
    /// What slashes took.
    uint256 public taken;
    /// Set when something happened that never may.
    string public broken;

    /// How often the interesting things happened.
    uint256 public frozenWithdrawals;
    uint256 public repeatedSlashes;
    uint256 public shortSlashes;

    Freeze[] private _freezes;
    uint256 private _ids;

    constructor() {
        deployMarket();
        for (uint256 i = 0; i < MEMBERS; ++i) {
            vm.prank(memberAt(i));
            registry.register(i == 0 ? IStakeRegistry.Role.Executor : IStakeRegistry.Role.Validator, "peer", "");
        }
    }

    /* MEMBERS */

    function stake(uint256 who, uint256 amount) external {
        amount = bound(amount, 1, 900e6);
        give(memberAt(who), amount);
        vm.prank(memberAt(who));
        registry.stake(amount);
        staked += amount;
    }

    function unbond(uint256 who, uint256 amount, bool all) external {
        uint256 active = registry.activeStake(memberAt(who));
        uint256 minimum = minimumOf(who);
        if (active == 0) return;
        if (!all && active <= minimum) return;
        vm.prank(memberAt(who));
        registry.unbond(all ? active : bound(amount, 1, active - minimum));
    }

    function cancelUnbond(uint256 who) external {
        if (registry.slashableStake(memberAt(who)) == registry.activeStake(memberAt(who))) return;
        vm.prank(memberAt(who));
        registry.cancelUnbond();
    }

    function withdraw(uint256 who) external {
        address member = memberAt(who);
        vm.prank(member);
        try registry.withdraw(member) returns (uint256 amount) {
            withdrawn += amount;
            if (registry.slashableStake(member) > registry.activeStake(member)) ++frozenWithdrawals;
            if (registry.slashableStake(member) < frozenOf(who)) broken = "withdrew what is frozen";
        } catch (bytes memory thrown) {
            bytes4 reason = bytes4(thrown);
            bool known =
                reason == IStakeRegistry.StakeNothingUnbonding.selector ||
                    reason == IStakeRegistry.StakeStillUnbonding.selector ||
                    (reason == IStakeRegistry.StakeFrozen.selector && registry.slashableStake(member) <= frozenOf(who));
            if (!known) broken = "a withdrawal failed otherwise";
            if (reason == IStakeRegistry.StakeFrozen.selector) ++frozenWithdrawals;
        }
    }

    function unjail(uint256 who) external {
        address member = memberAt(who);
        (, , uint40 until, , uint96 active, , , ) = registry.members(member);
        if (until == 0 || block.timestamp < until || active < minimumOf(who)) return;
        vm.prank(member);
        registry.unjail();
        if (!registry.isActive(member)) broken = "free and not active";
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 10 days));
    }

    /* JUDGES */

    function freeze(uint256 which, uint256 who, uint256 amount) external {
        Freeze memory added = Freeze(
            judgeAt(which),
            bytes32(++_ids),
            who % MEMBERS,
            bound(amount, 0, 2_000e6),
            0,
            false
        );
        uint256 asked = frozenOf(who);
        added.reserved = Math.min(added.amount, Math.saturatingSub(registry.slashableStake(memberAt(who)), asked));
        vm.prank(added.judge);
        registry.freeze(added.id, memberAt(who), added.amount);
        _freezes.push(added);
    }

    function unfreeze(uint256 which) external {
        if (_freezes.length == 0) return;
        Freeze storage ended = _freezes[which % _freezes.length];
        vm.prank(ended.judge);
        registry.unfreeze(ended.id);
        ended.ended = true;
    }

    /// Slashes under the id of a freeze, perhaps one that has ended, or under a new one.
    function slash(uint256 which, uint256 who, uint256 penalty, uint256 restitution, uint256 shares) external {
        IStakeRegistry.Slash memory order;
        bool atFreeze = _freezes.length != 0 && which % 2 == 0;
        address judge = judgeAt(which);
        (order.id, order.member) = (bytes32(++_ids), memberAt(who));
        if (atFreeze) {
            Freeze storage ended = _freezes[which % _freezes.length];
            (judge, order.id, order.member, ended.ended) = (ended.judge, ended.id, memberAt(ended.who), true);
        }
        (order.penalty, order.restitution) = (bound(penalty, 0, 1_000e6), bound(restitution, 0, 50e6));
        (order.reporter, order.victim, order.jury) = (stranger, client, JURY);
        (order.reporterShare, order.victimShare, order.juryShare) = (shares % 2_001, shares % 1_999, shares % 1_997);
        order.victimLimit = type(uint256).max;
        uint256 before = registry.slashableStake(order.member);
        uint256 free = unreservedOf(order.member == memberAt(0) ? 0 : 1);
        bool slashedBefore = registry.isSlashed(judge, order.id);
        vm.prank(judge);
        try registry.slash(order) returns (IStakeRegistry.Payout memory payout) {
            if (slashedBefore) broken = "an id slashed twice";
            uint256 sum = payout.restituted + payout.reporter + payout.victim + payout.jury + payout.treasury;
            uint256 wanted = order.penalty + order.restitution;
            if (sum != before - registry.slashableStake(order.member)) broken = "the parts are not the whole";
            if (sum != (wanted < before ? wanted : before)) broken = "took something else than was there";
            uint256 penaltyTaken = sum - payout.restituted;
            if (payout.treasury * 10 < penaltyTaken * 4) broken = "rewards above 60 %";
            uint256 given = payout.restituted + payout.reporter + payout.victim;
            if (given * 10 > free * 6) broken = "friends were paid out of what is reserved for others";
            taken += sum;
            if (sum < wanted) ++shortSlashes;
        } catch {
            if (!slashedBefore) broken = "a slash failed";
            ++repeatedSlashes;
        }
    }

    function jail(uint256 which, uint256 who) external {
        vm.prank(judgeAt(which));
        registry.jail(memberAt(who));
        if (registry.isActive(memberAt(who)) || registry.capacityOf(memberAt(who)) != 0) broken = "active in jail";
    }

    function withdrawRewards(uint256 who) external {
        address[4] memory owners = [stranger, client, JURY, TREASURY];
        address owner = owners[who % 4];
        if (rewardsOf(owner) == 0) return;
        vm.prank(owner);
        withdrawn += registry.withdrawRewards(owner);
    }

    /* PARTIES */

    function memberAt(uint256 i) public view returns (address) {
        return i % MEMBERS == 0 ? executor : sessionSigner;
    }

    function judgeAt(uint256 i) private pure returns (address) {
        return i % 3 == 0 ? JUDGE : JURY;
    }

    function minimumOf(uint256 i) public pure returns (uint256) {
        return i % MEMBERS == 0 ? MINIMUM_EXECUTOR : MINIMUM_VALIDATOR;
    }

    /* SUMS */

    function held() external view returns (uint256) {
        return token.balanceOf(address(registry));
    }

    function stakes() public view returns (uint256 sum) {
        for (uint256 i = 0; i < MEMBERS; ++i) sum += registry.slashableStake(memberAt(i));
    }

    function rewards() external view returns (uint256) {
        return rewardsOf(stranger) + rewardsOf(client) + rewardsOf(JURY) + rewardsOf(TREASURY);
    }

    function frozenOf(uint256 i) public view returns (uint256 frozen) {
        (, , , , , , frozen, ) = registry.members(memberAt(i));
    }

    /// What no freeze that has not ended reserves.
    function unreservedOf(uint256 i) private view returns (uint256) {
        uint256 reserved = 0;
        for (uint256 j = 0; j < _freezes.length; ++j) {
            if (!_freezes[j].ended && _freezes[j].who == i % MEMBERS) reserved += _freezes[j].reserved;
        }
        return Math.saturatingSub(registry.slashableStake(memberAt(i)), reserved);
    }

    /// What the freezes that have not ended add up to.
    function openFreezes(uint256 i) external view returns (uint256 sum) {
        for (uint256 j = 0; j < _freezes.length; ++j) {
            if (!_freezes[j].ended && _freezes[j].who == i % MEMBERS) sum += _freezes[j].amount;
        }
    }

    /// Whether the member is active exactly when it holds its minimum out of jail.
    function isActiveAsItShould(uint256 i) external view returns (bool) {
        (, uint40 activeSince, uint40 jailedUntil, , uint96 active, , , ) = registry.members(memberAt(i));
        bool should = jailedUntil == 0 && active >= minimumOf(i);
        return (activeSince != 0) == should && activeSince <= block.timestamp;
    }
}
