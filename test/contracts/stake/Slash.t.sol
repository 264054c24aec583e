// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StakeRegistry} from "../../../contracts/stake/StakeRegistry.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
StakeRegistry

wire
├── not the deployer: StakeNotDeployer
├── a second time: StakeAlreadyWired
├── a judge without code, without power, twice: StakeNotContract, StakePowerless, StakeJudgeRepeated
├── otherwise: Wired for each; powerOf says so
└── before it nobody registers: StakeNotWired
freeze
├── not a judge: StakeNotJudge
├── no member: StakeZeroAddress
├── the judge's id is in use: StakeIdUsed; another judge's id is another id
├── amount zero: nothing
└── otherwise: adds up, more than there is too, Frozen
    └── one freeze is at most what a stake can be
unfreeze
├── not a judge: StakeNotJudge
├── nothing frozen under the judge's id: nothing
└── otherwise: Unfrozen
withdraw (the rest: StakeRegistry.t.sol)
├── all of the rest is frozen: StakeFrozen
└── a part is: leaves that much, StakeWithdrawn
slash
├── not a judge: StakeNotJudge
├── the id slashed before, or froze stake of another member: StakeIdUsed
├── shares above 60 %: StakeSharesTooLarge
└── otherwise: Slashed
    ├── active stake first, then unbonding, never more than there is
    ├── no stake, no member: nothing is taken, and the id has slashed
    ├── ends the freeze of the id, no other
    ├── what earlier claims may need waits, but for the jury's share: Claims.t.sol
    ├── restitution first, up to its limit; then the shares
    ├── the victim's share up to its limit; nobody's share is the treasury's
    └── oneself in every place: two fifths are lost
isSlashed
└── from the slash on, for this judge's id
slashableStake
└── with what is unbonding
*/
contract SlashTest is MarketTest {
    bytes32 private constant ID = keccak256("dispute");

    /* WIRE */

    function test_OnlyTheDeployerWires() public {
        StakeRegistry fresh = deployRegistry(address(token), 1, UNBONDING);
        assertEq(fresh.deployer(), address(this), "deployer");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotDeployer.selector, address(this), stranger));
        vm.prank(stranger);
        fresh.wire(new IStakeRegistry.Judge[](0));
    }

    /// Addresses can be made to follow from code and arguments, and then anybody can put that code there. Whoever does has no
    /// power: the constructor takes nobody's word but its arguments'.
    function test_Attack88_WhoPutsTheCodeThereHasNoPower() public {
        bytes memory arguments = abi.encode(token, TREASURY, 1, MINIMUM_VALIDATOR, UNBONDING, stranger);
        StakeRegistry fresh = StakeRegistry(deploy("StakeRegistry.sol:StakeRegistry", arguments));
        assertEq(fresh.deployer(), stranger, "the one named");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotDeployer.selector, stranger, address(this)));
        fresh.wire(new IStakeRegistry.Judge[](0));
        vm.prank(stranger);
        fresh.wire(new IStakeRegistry.Judge[](0));
    }

    function test_WiringHappensOnce() public {
        assertTrue(registry.wired(), "wired");
        vm.expectRevert(IStakeRegistry.StakeAlreadyWired.selector);
        registry.wire(new IStakeRegistry.Judge[](0));
    }

    function test_WiringNamesJudgesForEver() public {
        StakeRegistry fresh = deployRegistry(address(token), 1, UNBONDING);
        IStakeRegistry.Judge[] memory judges = allJudges();
        for (uint256 i = 0; i < judges.length; ++i) {
            vm.expectEmit(address(fresh));
            emit IStakeRegistry.Wired(judges[i].account, judges[i].power);
        }
        fresh.wire(judges);
        assertPower(fresh, JUDGE, IStakeRegistry.Power.StakeAndTails);
        assertPower(fresh, JURY, IStakeRegistry.Power.Stake);
        assertPower(fresh, address(this), IStakeRegistry.Power.None);
    }

    function test_WiringRefusesBadJudges() public {
        StakeRegistry fresh = deployRegistry(address(token), 1, UNBONDING);
        IStakeRegistry.Judge[] memory judges = allJudges();
        judges[1].account = stranger;
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotContract.selector, stranger));
        fresh.wire(judges);
        judges[1] = IStakeRegistry.Judge(JUDGE, IStakeRegistry.Power.None);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakePowerless.selector, JUDGE));
        fresh.wire(judges);
        judges[1] = judges[2];
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeJudgeRepeated.selector, JURY));
        fresh.wire(judges);
        assertTrue(!fresh.wired(), "still open");
    }

    function test_NobodyRegistersBeforeTheWiring() public {
        StakeRegistry fresh = deployRegistry(address(token), 1, UNBONDING);
        vm.expectRevert(IStakeRegistry.StakeNotWired.selector);
        fresh.register(IStakeRegistry.Role.Executor, "peer", "");
    }

    /* JUDGES ALONE */

    function test_OnlyJudgesTouchStake() public {
        enrol(200e6);
        bytes memory refusal = abi.encodeWithSelector(IStakeRegistry.StakeNotJudge.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        registry.freeze(ID, executor, 1);
        vm.expectRevert(refusal);
        registry.unfreeze(ID);
        vm.expectRevert(refusal);
        registry.slash(orderOf(1));
        vm.expectRevert(refusal);
        registry.strike(executor, IStakeRegistry.Offence.Undelivered, 2, 30 days);
        vm.expectRevert(refusal);
        registry.jail(executor);
        vm.stopPrank();
    }

    /* FREEZE */

    function test_FreezesAddUpBeyondTheStake() public {
        enrol(200e6);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Frozen(executor, JUDGE, ID, 150e6, 150e6);
        freeze(JUDGE, ID, 150e6);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Frozen(executor, JURY, ID, 100e6, 250e6);
        freeze(JURY, ID, 100e6);
        (address member, uint96 frozen) = registry.reasons(JUDGE, ID);
        assertEq(member, executor, "member");
        assertEq(frozen, 150e6, "frozen");
        assertTrue(!registry.isSlashed(JUDGE, ID), "not slashed");
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Unfrozen(executor, JUDGE, ID, 150e6, 100e6);
        vm.prank(JUDGE);
        registry.unfreeze(ID);
        assertEq(frozenStake(), 100e6, "the other judge's");
    }

    function test_AFreezeIsCappedAtWhatAStakeCanBe() public {
        freeze(JUDGE, ID, type(uint256).max);
        assertEq(frozenStake(), type(uint96).max, "capped");
    }

    function test_FreezeRefusesUsedIdsAndNobody() public {
        enrol(200e6);
        vm.prank(JUDGE);
        vm.expectRevert(IStakeRegistry.StakeZeroAddress.selector);
        registry.freeze(ID, address(0), 1);
        freeze(JUDGE, ID, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeIdUsed.selector, JUDGE, ID));
        freeze(JUDGE, ID, 1);
    }

    function test_FreezingOrUnfreezingNothingChangesNothing() public {
        enrol(200e6);
        freeze(JUDGE, ID, 0);
        vm.prank(JUDGE);
        registry.unfreeze(ID);
        assertEq(frozenStake(), 0, "nothing");
        freeze(JUDGE, ID, 7);
        vm.prank(JURY);
        registry.unfreeze(ID);
        assertEq(frozenStake(), 7, "the id is its judge's");
    }

    /* WITHDRAW */

    /// I15: withdrawing never leaves less than what is frozen.
    function test_WithdrawLeavesWhatIsFrozen() public {
        enrol(250e6);
        vm.prank(executor);
        registry.unbond(250e6);
        freeze(JUDGE, ID, 80e6);
        uint256 unbondAt = ENROLLED + UNBONDING;
        vm.warp(unbondAt);
        vm.startPrank(executor);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.StakeWithdrawn(executor, executor, 170e6, 0, 80e6);
        assertEq(registry.withdraw(executor), 170e6, "what is free");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeFrozen.selector, 80e6, 80e6));
        registry.withdraw(executor);
        vm.stopPrank();
        vm.prank(JUDGE);
        registry.unfreeze(ID);
        vm.prank(executor);
        assertEq(registry.withdraw(executor), 80e6, "the rest, without a new delay");
    }

    function test_ActiveStakeCountsForWhatIsFrozen() public {
        enrol(250e6);
        vm.prank(executor);
        registry.unbond(150e6);
        freeze(JUDGE, ID, 100e6);
        vm.warp(ENROLLED + UNBONDING);
        vm.prank(executor);
        assertEq(registry.withdraw(executor), 150e6, "the active rest covers it");
    }

    /// I15: nor do any amounts of stake, unbonding, freeze and slash.
    function testFuzz_WithdrawNeverLeavesLessThanFrozen(uint256 staked, uint256 unbonded, uint256 frozen) public {
        staked = bound(staked, 2 * MINIMUM_EXECUTOR, 1e15);
        unbonded = bound(unbonded, 1, staked - MINIMUM_EXECUTOR);
        frozen = bound(frozen, 0, 2 * staked);
        enrol(staked);
        vm.prank(executor);
        registry.unbond(unbonded);
        freeze(JUDGE, ID, frozen);
        vm.warp(ENROLLED + UNBONDING);
        vm.prank(executor);
        try registry.withdraw(executor) returns (uint256 amount) {
            assertTrue(amount <= unbonded, "no more than unbonded");
            assertTrue(registry.slashableStake(executor) >= frozen || amount == 0, "left");
            assertTrue(amount == unbonded || registry.slashableStake(executor) == frozen, "no less than allowed");
        } catch (bytes memory thrown) {
            bytes memory refusal = abi.encodeWithSelector(IStakeRegistry.StakeFrozen.selector, frozen, staked);
            assertEq(keccak256(thrown), keccak256(refusal), "frozen");
            assertTrue(frozen >= staked, "only if all is frozen");
        }
    }

    /* SLASH */

    function test_ASlashIsPaidToTheLastUnit() public {
        enrol(200e6);
        IStakeRegistry.Slash memory order = orderOf(100e6 + 1);
        order.restitution = 10e6;
        order.juryShare = 500;
        order.jury = JURY;
        IStakeRegistry.Payout memory payout = IStakeRegistry.Payout(
            10e6,
            30_000_000,
            20_000_000,
            5_000_000,
            45_000_001,
            0
        );
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Slashed({
            member: executor,
            judge: JUDGE,
            id: ID,
            offence: IStakeRegistry.Offence.WrongModel,
            reporter: stranger,
            victim: client,
            jury: JURY,
            taken: 110e6 + 1,
            payout: payout,
            totalStake: 90e6 - 1,
            unbonding: 0
        });
        vm.prank(JUDGE);
        IStakeRegistry.Payout memory paid = registry.slash(order);
        assertEq(keccak256(abi.encode(paid)), keccak256(abi.encode(payout)), "payout");
        assertEq(rewardsOf(stranger), 30e6, "reporter");
        assertEq(rewardsOf(client), 30e6, "victim: restitution and share");
        assertEq(rewardsOf(JURY), 5e6, "jury");
        assertEq(rewardsOf(TREASURY), 45e6 + 1, "treasury");
        assertEq(token.balanceOf(address(registry)), 200e6, "no token has moved");
        assertTrue(!registry.isActive(executor), "below the minimum");
        assertTrue(registry.isSlashed(JUDGE, ID), "remembered");
    }

    /// I16: a reason slashes once; ids of judges are apart.
    function test_Attack38_AnIdSlashesOnce() public {
        enrol(200e6);
        slash(JUDGE, orderOf(1e6));
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeIdUsed.selector, JUDGE, ID));
        slash(JUDGE, orderOf(1e6));
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeIdUsed.selector, JUDGE, ID));
        freeze(JUDGE, ID, 1);
        vm.prank(JUDGE);
        registry.unfreeze(ID);
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeIdUsed.selector, JUDGE, ID));
        slash(JUDGE, orderOf(1e6));
        slash(JURY, orderOf(1e6));
        assertEq(registry.slashableStake(executor), 198e6, "twice, by two judges");
    }

    /// I18: shares above 60 % are refused, in whatever way they are split.
    function testFuzz_SharesStayBelowSixtyPercent(uint256 reporter, uint256 victim, uint256 jury) public {
        enrol(200e6);
        IStakeRegistry.Slash memory order = orderOf(10e6);
        (order.reporterShare, order.victimShare, order.juryShare) = (
            bound(reporter, 0, 10_000),
            bound(victim, 0, 10_000),
            bound(jury, 0, 10_000)
        );
        order.jury = JURY;
        uint256 sum = order.reporterShare + order.victimShare + order.juryShare;
        if (sum > 6_000) {
            vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeSharesTooLarge.selector, 6_000, sum));
        }
        slash(JUDGE, order);
        if (sum <= 6_000) assertTrue(rewardsOf(TREASURY) >= 4e6, "the rest");
    }

    /// I17: what is there goes, active stake first; lack of stake stops nothing.
    function testFuzz_ASlashTakesWhatIsThere(uint256 staked, uint256 unbonded, uint256 asked, uint256 owed) public {
        staked = bound(staked, MINIMUM_EXECUTOR, 1e15);
        unbonded = bound(unbonded, 0, 2) == 0 ? staked : bound(unbonded, 0, staked - MINIMUM_EXECUTOR);
        asked = bound(asked, 0, 3) == 0 ? type(uint256).max : asked % 2e15;
        owed = owed % 1e15;
        enrol(staked);
        if (unbonded != 0) {
            vm.prank(executor);
            registry.unbond(unbonded);
        }
        IStakeRegistry.Slash memory order = orderOf(asked);
        order.restitution = owed;
        vm.prank(JUDGE);
        IStakeRegistry.Payout memory payout = registry.slash(order);
        uint256 wanted = asked > 2e15 || asked + owed > staked ? staked : asked + owed;
        uint256 sum = payout.restituted + payout.reporter + payout.victim + payout.jury + payout.treasury;
        assertEq(sum, wanted, "taken");
        assertEq(payout.restituted, owed < wanted / 5 ? owed : wanted / 5, "restitution first, up to a fifth");
        assertTrue(payout.treasury >= (wanted * 2) / 5, "two fifths stay");
        assertEq(registry.slashableStake(executor), staked - wanted, "left");
        uint256 active = staked - unbonded;
        assertEq(registry.activeStake(executor), wanted < active ? active - wanted : 0, "active first");
        assertEq(rewardsOf(stranger) + rewardsOf(client) + rewardsOf(TREASURY), wanted, "credited");
    }

    /// A member without stake, or no member at all: the reason is used up, nothing else happens.
    function test_Attack36_NothingToSlashIsNoFailure() public {
        IStakeRegistry.Payout memory none;
        vm.prank(JUDGE);
        assertEq(keccak256(abi.encode(registry.slash(orderOf(5e6)))), keccak256(abi.encode(none)), "nothing");
        assertTrue(registry.isSlashed(JUDGE, ID), "remembered");
    }

    function test_ASlashEndsItsFreezeAndNoOther() public {
        enrol(200e6);
        freeze(JUDGE, ID, 50e6);
        freeze(JUDGE, "other", 150e6);
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Unfrozen(executor, JUDGE, ID, 50e6, 150e6);
        slash(JUDGE, orderOf(60e6));
        assertEq(frozenStake(), 150e6, "the other one");
        assertEq(registry.slashableStake(executor), 140e6, "a freeze shelters nothing");
    }

    /// Of what an earlier claim may need reporter and victim get nothing yet: else a member that is about to lose that
    /// dispute could prove a fault of its own first, with friends in their places. Jurors are no friends.
    function test_Attack62_WhatEarlierClaimsMayNeedWaits() public {
        enrol(200e6);
        freeze(JUDGE, "other", 150e6);
        IStakeRegistry.Slash memory order = orderOf(190e6);
        (order.restitution, order.jury, order.juryShare) = (5e6, JURY, 500);
        vm.prank(JUDGE);
        IStakeRegistry.Payout memory payout = registry.slash(order);
        // Of the 50 that nobody else needs: the restitution, and 30 and 20 % of the other 45. Of 190: 5 % for jurors. What is
        // left of the 50 is the treasury's, and two thirds of what jurors got out of turn.
        IStakeRegistry.Payout memory parts = IStakeRegistry.Payout(
            5e6,
            13_500_000,
            9e6,
            9_500_000,
            20_250_000 + 4_833_334,
            137_750_000 - 4_833_334
        );
        assertEq(keccak256(abi.encode(payout)), keccak256(abi.encode(parts)), "payout");
        assertEq(registry.slashableStake(executor), 5e6, "taken all the same");
    }

    /// Whoever came first is served first, whatever comes later.
    function test_TheFirstClaimIsServedAsIfThereWereNoOther() public {
        enrol(200e6);
        freeze(JUDGE, ID, 120e6);
        freeze(JUDGE, "other", 150e6);
        freeze(JUDGE, "third", 200e6);
        assertEq(treasuryOf(JUDGE, ID, 120e6), 60e6, "as if nothing else were frozen");
        assertEq(treasuryOf(JUDGE, "third", 0) + treasuryOf(JUDGE, "other", 80e6), 40e6, "likewise");
        assertEq(frozenStake(), 0, "nothing is frozen");
        enrolled(200e6);
        assertEq(treasuryOf(JUDGE, "fourth", 200e6), 100e6, "and nothing waits");
    }

    function test_AnIdBelongsToItsMember() public {
        enrol(200e6);
        freeze(JUDGE, ID, 50e6);
        IStakeRegistry.Slash memory order = orderOf(1e6);
        order.member = stranger;
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeIdUsed.selector, JUDGE, ID));
        slash(JUDGE, order);
    }

    function test_AnEndedFreezeClaimsNothing() public {
        enrol(200e6);
        freeze(JUDGE, "first", 200e6);
        freeze(JUDGE, ID, 200e6);
        vm.prank(JUDGE);
        registry.unfreeze("first");
        freeze(JURY, "last", 200e6);
        assertEq(treasuryOf(JUDGE, ID, 100e6), 50e6, "who waited");
        assertEq(treasuryOf(JURY, "last", 100e6), 50e6, "who came later");
    }

    function treasuryOf(address judge, bytes32 id, uint256 penalty) private returns (uint256) {
        IStakeRegistry.Slash memory order = orderOf(penalty);
        order.id = id;
        vm.prank(judge);
        return registry.slash(order).treasury;
    }

    function enrolled(uint256 amount) private {
        give(executor, amount);
        vm.prank(executor);
        registry.stake(amount);
    }

    function test_UnbondingIsSlashedAfterActiveStake() public {
        enrol(250e6);
        vm.prank(executor);
        registry.unbond(150e6);
        slash(JUDGE, orderOf(180e6));
        (, , uint40 jailedUntil, uint40 unbondAt, uint96 stake, uint96 unbonding, , ) = registry.members(executor);
        assertEq(stake, 0, "active");
        assertEq(unbonding, 70e6, "unbonding");
        assertEq(unbondAt, ENROLLED + UNBONDING, "still on its way");
        assertEq(jailedUntil, 0, "slashing is not jailing");
        slash(JURY, orderOf(70e6));
        (, , , unbondAt, , unbonding, , ) = registry.members(executor);
        assertEq(unbonding, 0, "gone");
        assertEq(unbondAt, 0, "nothing on its way");
    }

    /* PAYOUT */

    function test_NobodysShareIsTheTreasurys() public {
        enrol(200e6);
        IStakeRegistry.Slash memory order = orderOf(100e6);
        (order.reporter, order.victim, order.restitution) = (address(0), address(0), 10e6);
        slash(JUDGE, order);
        assertEq(rewardsOf(TREASURY), 110e6, "all");
    }

    function test_TheVictimsShareHasALimit() public {
        enrol(200e6);
        IStakeRegistry.Slash memory order = orderOf(100e6);
        order.victimLimit = 3;
        slash(JUDGE, order);
        assertEq(rewardsOf(client), 3, "victim");
        assertEq(rewardsOf(TREASURY), 70e6 - 3, "treasury");
    }

    /// Attack 37: whoever slashes itself, with friends in every place, loses two fifths.
    function test_Attack37_SlashingOneselfLoses() public {
        enrol(200e6);
        IStakeRegistry.Slash memory order = orderOf(200e6);
        (order.reporter, order.victim, order.jury) = (executor, executor, executor);
        (order.reporterShare, order.victimShare, order.juryShare) = (2_000, 2_000, 2_000);
        slash(JUDGE, order);
        assertEq(rewardsOf(executor), 120e6, "three fifths");
        assertEq(rewardsOf(TREASURY), 80e6, "two fifths");
    }

    /* SUPPORT */

    /// 30 % to the stranger, 20 % to the client.
    function orderOf(uint256 penalty) private view returns (IStakeRegistry.Slash memory) {
        return
            IStakeRegistry.Slash({
                id: ID,
                member: executor,
                offence: IStakeRegistry.Offence.WrongModel,
                restitution: 0,
                penalty: penalty,
                reporter: stranger,
                victim: client,
                jury: address(0),
                reporterShare: 3_000,
                victimShare: 2_000,
                juryShare: 0,
                victimLimit: type(uint256).max
            });
    }

    function freeze(address judge, bytes32 id, uint256 amount) private {
        vm.prank(judge);
        registry.freeze(id, executor, amount);
    }

    function slash(address judge, IStakeRegistry.Slash memory order) private {
        vm.prank(judge);
        registry.slash(order);
    }

    function frozenStake() private view returns (uint256 frozen) {
        (, , , , , , frozen, ) = registry.members(executor);
    }

    function assertPower(StakeRegistry asked, address judge, IStakeRegistry.Power power) private view {
        assertEq(uint256(asked.powerOf(judge)), uint256(power), "power");
    }
}
