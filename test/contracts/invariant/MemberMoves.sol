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
    uint256 public collected;

    Freeze[] private _freezes;
    /// Judge and id of what waits.
    Freeze[] private _waiting;
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
        Freeze memory added = Freeze(judgeAt(which), bytes32(++_ids), who % MEMBERS, bound(amount, 0, 2_000e6), false);
        vm.prank(added.judge);
        registry.freeze(added.id, memberAt(who), added.amount);
        _freezes.push(added);
    }

    function unfreeze(uint256 which) external {
        for (uint256 i = 0; i < _freezes.length; ++i) {
            Freeze storage ended = _freezes[((which % _freezes.length) + i) % _freezes.length];
            if (ended.ended) continue;
            vm.prank(ended.judge);
            registry.unfreeze(ended.id);
            ended.ended = true;
            return;
        }
    }

    /// Slashes under the id of a freeze, perhaps one that has ended, or under a new one.
    function slash(uint256 which, uint256 who, uint256 penalty, uint256 restitution, uint256 shares) external {
        IStakeRegistry.Slash memory order;
        bool atFreeze = _freezes.length != 0 && which % 2 == 0;
        address judge = judgeAt(which);
        (order.id, order.member) = (bytes32(++_ids), memberAt(who));
        uint256 place = _freezes.length;
        if (atFreeze) {
            Freeze storage ended = _freezes[which % _freezes.length];
            if (!ended.ended && ended.amount != 0) place = which % _freezes.length;
            (judge, order.id, order.member, ended.ended) = (ended.judge, ended.id, memberAt(ended.who), true);
        }
        (order.penalty, order.restitution) = (bound(penalty, 0, 1_000e6), bound(restitution, 0, 50e6));
        (order.reporter, order.victim, order.jury) = (stranger, client, JURY);
        (order.reporterShare, order.victimShare, order.juryShare) = (shares % 2_001, shares % 1_999, shares % 1_997);
        order.victimLimit = type(uint256).max;
        uint256 before = registry.slashableStake(order.member);
        uint256 withheld = registry.withheldOf(order.member);
        uint256 free = Math.saturatingSub(before + withheld, askedBefore(place, order.member));
        bool slashedBefore = registry.isSlashed(judge, order.id);
        vm.prank(judge);
        try registry.slash(order) returns (IStakeRegistry.Payout memory payout) {
            if (slashedBefore) broken = "an id slashed twice";
            uint256 given = payout.restituted + payout.reporter + payout.victim;
            uint256 sum = given + payout.jury + payout.treasury + payout.waiting;
            uint256 wanted = order.penalty + order.restitution;
            uint256 lost = before - registry.slashableStake(order.member);
            if (lost != (wanted < before ? wanted : before)) broken = "took something else than was there";
            if (sum != lost + withheld + payout.waiting - registry.withheldOf(order.member)) {
                broken = "the parts are not the whole";
            }
            if ((given + payout.jury) * 10 > sum * 6) broken = "rewards above 60 %";
            if (given * 10 > free * 6) broken = "friends were paid what an earlier claim may need";
            if (payout.waiting != 0) _waiting.push(Freeze(judge, order.id, 0, 0, false));
            taken += lost;
            if (sum < wanted) ++shortSlashes;
        } catch {
            if (!slashedBefore) broken = "a slash failed";
            ++repeatedSlashes;
        }
    }

    function collect(uint256 which) external {
        if (_waiting.length == 0) return;
        Freeze storage share = _waiting[which % _waiting.length];
        (address member, uint96 amount, , , , ) = registry.waiting(share.judge, share.id);
        uint256 withheld = member == address(0) ? 0 : registry.withheldOf(member);
        try registry.collect(share.judge, share.id) returns (uint256 toReporter, uint256 toVictim) {
            uint256 paid = withheld - registry.withheldOf(member);
            if (share.ended || paid > amount) broken = "collected twice, or more than waited";
            if ((toReporter + toVictim) * 10 > paid * 6 + 10) broken = "collected above 60 %";
            (share.ended, collected) = (true, collected + paid);
        } catch (bytes memory thrown) {
            bytes4 reason = bytes4(thrown);
            bool nothing = share.ended && reason == IStakeRegistry.StakeNothingWaiting.selector;
            if (!nothing && reason != IStakeRegistry.StakeClaimsAhead.selector) broken = "not collected otherwise";
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

    function withheld() external view returns (uint256) {
        return registry.withheldOf(memberAt(0)) + registry.withheldOf(memberAt(1));
    }

    /// What freezes before this place ask for that have not ended.
    function askedBefore(uint256 place, address member) private view returns (uint256 asked) {
        for (uint256 j = 0; j < place; ++j) {
            if (!_freezes[j].ended && memberAt(_freezes[j].who) == member) asked += _freezes[j].amount;
        }
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
