// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/// An honest dispute about the model, among disputes with friends that freeze the same stake. The figures are those of
/// docs/contracts-measured.md.
contract MeasuredShieldsTest is Court {
    IMeasuredDisputes.Kind private constant MODEL = IMeasuredDisputes.Kind.WrongModel;
    IMeasuredDisputes.Kind private constant INFLATION = IMeasuredDisputes.Kind.TokenInflation;
    uint256 private constant HISTORIES = 400;
    uint256 private constant MOST_FRIENDS = 5;
    uint256 private constant HONEST = 0;

    enum Step {
        Closed,
        Open,
        Over
    }

    /// What a history came to.
    /// @param honest What the honest challenger got.
    /// @param alone What the honest dispute would have taken without any other.
    /// @param lost By the executor and its friends together, but for their bonds.
    struct End {
        uint256 honest;
        uint256 alone;
        uint256 lost;
    }

    function setUp() public {
        deployCourt();
        populate(30);
    }

    /* HISTORIES */

    /// Whoever was first gets something, whatever friends do afterwards: less than alone where they had the stake slashed before
    /// its verdict.
    function test_Attack81_InNoHistoryDoesWhoCameFirstGetNothing() public {
        uint256 nothing = 0;
        uint256 least = type(uint256).max;
        for (uint256 i = 0; i < HISTORIES; ++i) {
            End memory end = this.play(keccak256(abi.encode("honest first", i)), true);
            assertTrue(end.lost >= end.alone, "nothing saved");
            if (end.honest == 0) ++nothing;
            uint256 percent = (end.honest * 1_000) / (end.alone * 3);
            if (percent < least) least = percent;
        }
        show("Histories in which the honest challenger came first and got nothing:", nothing);
        show("Least that it got, in percent of its share alone:", least);
        assertEq(nothing, 0, "of 400");
        assertEq(least, 43, "percent");
    }

    /// Friends who come first can take a stake before an honest dispute does, but only by losing it: 40 % of all of it.
    function test_Attack81_WhoeverLeavesAnHonestChallengerNothingHasLostAllStake() public {
        uint256 nothing = 0;
        uint256 least = type(uint256).max;
        for (uint256 i = 0; i < HISTORIES; ++i) {
            End memory end = this.play(keccak256(abi.encode("a friend first", i)), false);
            assertTrue(end.lost >= end.alone, "nothing saved");
            if (end.honest != 0) continue;
            ++nothing;
            if (end.lost < least) least = end.lost;
        }
        show("Histories in which a friend came first and the honest challenger got nothing:", nothing);
        show("Least that the executor and its friends lost in one of them:", least);
        assertEq(nothing, 46, "of 400");
        assertEq(least, (EXECUTOR_STAKE * 4) / 10, "40 percent of all");
    }

    /// Plays one history with an executor of its own, until every dispute is over: an honest dispute that is upheld or conceded,
    /// up to five of friends that end in any way, one of four of them a fault that is punished without a dispute.
    function play(bytes32 seed, bool honestFirst) external returns (End memory end) {
        executor = address(bytes20(seed));
        give(executor, EXECUTOR_STAKE);
        vm.prank(executor);
        registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", EXECUTOR_STAKE);
        bool conceded = uint256(seed) % 2 == 0;
        end.alone = conceded ? PENALTY / 4 : PENALTY;
        Step[] memory steps = new Step[](2 + ((uint256(seed) >> 8) % MOST_FRIENDS));
        uint256 left = steps.length;
        bytes32 random = seed;
        for (uint256 claim = honestFirst ? HONEST : 1; left != 0; claim = uint256(random) % steps.length) {
            random = keccak256(abi.encode(random));
            if (steps[claim] == Step.Over) continue;
            if (steps[claim] == Step.Closed) steps[claim] = begin(seed, claim, uint256(random) >> 16);
            else steps[claim] = conclude(seed, claim, claim == HONEST ? (conceded ? 1 : 2) : uint256(random >> 16) % 3);
            if (steps[claim] == Step.Over) --left;
        }
        for (uint256 claim = 0; claim < steps.length; ++claim) collect(seed, claim);
        end.honest = rewardsOf(reporterOf(seed, HONEST));
        end.lost = EXECUTOR_STAKE - stakeOf(executor);
        for (uint256 claim = 1; claim < steps.length; ++claim) end.lost -= rewardsOf(reporterOf(seed, claim));
        assertEq(registry.withheldOf(executor) + frozenOf(executor), 0, "nothing waits");
    }

    /// Opens a dispute, if there is stake that it can ask for.
    function begin(bytes32 seed, uint256 claim, uint256 random) private returns (Step) {
        bytes32 id = idOf(seed, claim);
        if (claim != HONEST && random % 4 == 0) {
            IStakeRegistry.Slash memory order;
            (order.id, order.member, order.penalty) = (id, executor, MINIMUM_EXECUTOR);
            (order.reporter, order.reporterShare) = (reporterOf(seed, claim), 6_000);
            vm.prank(JUDGE);
            registry.slash(order);
            return Step.Over;
        }
        if (stakeOf(executor) < MINIMUM_PENALTY) return Step.Over;
        bool model = claim == HONEST || random % 4 < 3;
        vm.prank(JUDGE);
        penalties.threaten(id, model ? MODEL : INFLATION, executor, model ? 0 : bound(random >> 8, 1, 2e6), 0);
        return Step.Open;
    }

    /// @param outcome 0 for an honest executor, 1 for a concession, 2 for a verdict of five jurors.
    function conclude(bytes32 seed, uint256 claim, uint256 outcome) private returns (Step) {
        bytes32 id = idOf(seed, claim);
        (, uint256 fee) = deposits.bondFor(penaltyOf(id));
        vm.startPrank(JUDGE);
        if (outcome == 0) {
            penalties.lift(id);
        } else {
            penalties.punish(id, reporterOf(seed, claim), outcome == 1, outcome == 1 ? 0 : 5 * fee);
            penalties.pay(id, new address[](0), 0, address(0), 0);
        }
        vm.stopPrank();
        return Step.Over;
    }

    function collect(bytes32 seed, uint256 claim) private {
        address[2] memory judges = [address(penalties), JUDGE];
        for (uint256 i = 0; i < 2; ++i) {
            (address member, , , , , ) = registry.waiting(judges[i], idOf(seed, claim));
            if (member != address(0)) registry.collect(judges[i], idOf(seed, claim));
        }
    }

    function idOf(bytes32 seed, uint256 claim) private pure returns (bytes32) {
        return keccak256(abi.encode(seed, claim));
    }

    function reporterOf(bytes32 seed, uint256 claim) private pure returns (address) {
        return address(bytes20(idOf(seed, claim)));
    }

    /* WHAT A SHIELD COSTS */

    /// A friend complains five times of the model behind an answer of one base unit, shows nobody anything, and lets every time
    /// run out, so that all stake is frozen. Serving, the verdict, its slash and its jurors go on as without it; the honest share
    /// waits, and comes in full.
    function test_Attack81_AShieldOfTinyAnswersOnlyDelaysAndIsPaidFor() public {
        uint256 capacity = registry.capacityOf(executor);
        bytes32[] memory shields = shieldUp(5);
        assertEq(frozenOf(executor), EXECUTOR_STAKE, "all stake, for five base units");
        assertEq(registry.capacityOf(executor), capacity, "it covers as many answers as before");
        bytes32 honest = openAs(client, MODEL, only(settledAnswer(1, 0, 10e6)));
        pass(12 hours + 1);
        for (uint256 i = 0; i < 5; ++i) convene(shields[i]);
        measured.poke(honest);
        seat(honest);
        castVotes(honest, 5, 0, 0);
        pass(36 hours + 1);
        for (uint256 i = 0; i < 5; ++i) convene(shields[i]);
        measured.poke(honest);
        finish(honest);
        assertClosed(honest, IMeasuredDisputes.Outcome.Upheld);
        assertEq(stakeOf(executor), EXECUTOR_STAKE - PENALTY, "taken at once");
        assertEq(rewardsOf(jury.jurorsOf(honest, 1)[0]), JUROR_FEE, "and jurors are paid");
        assertEq(rewardsOf(client), 0, "the share waits");
        uint256 since = clock;
        pass(12 hours + 1);
        for (uint256 i = 0; i < 5; ++i) measured.poke(shields[i]);
        pass(14 days + 1);
        for (uint256 i = 0; i < 5; ++i) measured.poke(shields[i]);
        for (uint256 i = 0; i < 5; ++i) assertClosed(shields[i], IMeasuredDisputes.Outcome.Void);
        registry.collect(address(penalties), honest);
        assertEq(rewardsOf(client), (PENALTY * 3) / 10, "in full");
        assertEq(deposits.creditOf(stranger) + deposits.creditOf(executor), 0, "no bond comes back");
        show("Hours that the honest share waited:", (clock - since) / 1 hours);
        show("Base units that the shield cost:", 5 * BOND);
        assertEq((clock - since) / 1 hours, 348, "fourteen and a half days");
        assertEq(5 * BOND, 16e6, "bonds");
    }

    function shieldUp(uint256 count) private returns (bytes32[] memory shields) {
        depositAs(stranger, count);
        vm.prank(stranger);
        accounting.allocate(executor, count);
        fund(stranger);
        shields = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
            (pair.request.client, pair.request.lane) = (stranger, uint64(20 + i));
            sign(pair, STRANGER_KEY, EXECUTOR_KEY);
            settleOne(pair);
            shields[i] = openAs(stranger, MODEL, only(pair));
        }
    }

    /// Draws the next panel, to which nobody shows anything.
    function convene(bytes32 id) private {
        measured.poke(id);
        seat(id);
        castVotes(id, 0, 0, newestPanel(id).length);
    }
}
