// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IJury} from "../../../contracts/jury/IJury.sol";
import {IMeasuredDisputes} from "../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../support/Court.sol";
import {vm} from "../support/Vm.sol";

/// A client, an executor, jurors and the arbitrator, who do what they like whenever they like. After each move the state of
/// every dispute is compared with the one before.
contract Litigants is Court {
    uint256 private constant VALIDATORS = 24;
    uint256 private constant MAX_DISPUTES = 40;
    /// Of these ends a dispute that is driven gets one: mismatch, match, nobody votes, conceded, whatever happens.
    uint256 private constant FATES = 5;

    /// Set when something happened that never may.
    string public broken;
    /// How many disputes were closed, by outcome.
    uint256[5] public closed;

    bytes32[] private _ids;
    uint32[] private _nonces;
    uint32 private _answers;
    mapping(bytes32 id => IMeasuredDisputes.State) private _seen;
    /// What the dispute was opened under, and the deadline of its present state.
    mapping(bytes32 id => bytes32) private _terms;
    mapping(bytes32 id => uint256) private _until;

    constructor() {
        deployCourt();
        populate(VALIDATORS);
        openChannel(1_000e6); // For as many answers as there can be disputes.
    }

    modifier compared() {
        _;
        for (uint256 i = 0; i < _ids.length; ++i) compare(_ids[i]);
    }

    /* MOVES OF THE PARTIES */

    function open(uint256 cost, bool inflated) external compared {
        if (_ids.length >= MAX_DISPUTES) return;
        recover();
        uint32 nonce = ++_answers;
        IAccountingV2.SignedPair memory pair = answerOf(nonce, 0, uint96(bound(cost, 1, 9e6)));
        pair.request.lane = nonce;
        sign(pair);
        if (accounting.checkPair(pair) != IAccountingV2.Rejection.None) return;
        settleOne(pair);
        if (!canBeDisputed(pair)) return;
        fund(client);
        IMeasuredDisputes.Kind kind =
            inflated ? IMeasuredDisputes.Kind.TokenInflation : IMeasuredDisputes.Kind.WrongModel;
        _ids.push(openAs(client, kind, only(pair)));
        _nonces.push(nonce);
    }

    /// An executor that lost too much, or sits in jail, comes back: else the run would end there.
    function recover() private {
        (, , uint40 jailedUntil, , , , , ) = registry.members(executor);
        if (stakeOf(executor) < EXECUTOR_STAKE / 2) {
            give(executor, EXECUTOR_STAKE);
            vm.prank(executor);
            registry.stake(EXECUTOR_STAKE);
        }
        if (jailedUntil == 0) return;
        if (clock < jailedUntil) pass(jailedUntil - clock);
        vm.prank(executor);
        registry.unjail();
    }

    /// Paid, and the smallest penalty is there.
    function canBeDisputed(IAccountingV2.SignedPair memory pair) private view returns (bool) {
        (uint96 cost, , , ) = accounting.lanes(client, executor, pair.request.lane);
        return cost != 0 && stakeOf(executor) >= MINIMUM_PENALTY;
    }

    function answerOne(uint256 which) external compared {
        (bytes32 id, IMeasuredDisputes.Dispute memory d) = pickIn(which, IMeasuredDisputes.State.Answer);
        if (id != bytes32(0) && clock <= d.until) answerTo(id);
    }

    function drawOne(uint256 which) external compared {
        (bytes32 id, ) = pickIn(which, IMeasuredDisputes.State.Draw);
        if (id == bytes32(0)) return;
        if (jury.phaseOf(id) == IJury.Phase.Drawing) drawPanel(id);
        pokeOne(id);
    }

    function concede(uint256 which, uint256 chance) external compared {
        (bytes32 id, IMeasuredDisputes.Dispute memory d) = pickIn(which, IMeasuredDisputes.State.Answer);
        if (chance % 8 != 0 || id == bytes32(0) || clock > d.until) return;
        vm.prank(executor);
        measured.concede(id);
    }

    function appeal(uint256 which) external compared {
        (bytes32 id, IMeasuredDisputes.Dispute memory d) = pickIn(which, IMeasuredDisputes.State.Appealable);
        if (id == bytes32(0) || clock > d.until) return;
        address payer = d.verdict == IJury.Verdict.Mismatch ? executor : client;
        fund(payer);
        appealAs(payer, id);
    }

    function withdraw(uint256 who) external compared {
        address account = accountAt(who);
        if (deposits.creditOf(account) == 0) return;
        vm.prank(account);
        deposits.withdrawCredit(account);
    }

    /// Somebody pays for an account, which has credit by it.
    function addCredit(uint256 who, uint256 amount) external compared {
        fund(stranger);
        vm.prank(stranger);
        deposits.creditFor(accountAt(who), bound(amount, 1, 1_000e6));
    }

    /// Another court takes stake away.
    function slashElsewhere(uint256 amount, uint256 chance) external compared {
        if (chance % 8 != 0) return;
        IStakeRegistry.Slash memory order;
        (order.id, order.member) = (keccak256(abi.encode(clock, height, amount)), executor);
        order.penalty = bound(amount, 1, 100e6);
        if (registry.isSlashed(JUDGE, order.id)) return;
        vm.prank(JUDGE);
        registry.slash(order);
    }

    /* MOVES OF JURORS AND ARBITRATOR */

    /// Most of the panel commits, to what the moment brings; the same numbers reveal.
    function vote(uint256 which, uint256 choices, uint256 reveals) external compared {
        (bytes32 id, ) = pickIn(which, IMeasuredDisputes.State.Voting);
        if (id == bytes32(0) || jury.phaseOf(id) != IJury.Phase.Commit) return;
        address[] memory jurors = newestPanel(id);
        // In most cases the jurors agree, and often that it is a mismatch.
        IJury.Choice[] memory voted = new IJury.Choice[](jurors.length);
        for (uint256 i = 0; i < jurors.length; ++i) {
            voted[i] = choices % 4 != 0 ? agreedOn(choices) : choiceOf(choices, i);
        }
        cast(id, jurors, voted, reveals);
        if (reveals % 2 == 0) pass(12 hours);
    }

    /// Whatever the state asks for, so that the dispute gets on towards its fate.
    function drive(uint256 which, uint256 chance) external compared {
        if (_ids.length == 0) return;
        uint256 fate = (which % _ids.length) % FATES;
        bytes32 id = _ids[which % _ids.length];
        IMeasuredDisputes.Dispute memory d = measured.disputeAt(id);
        if (d.state == IMeasuredDisputes.State.Answer && clock <= d.until) return driveAnswer(id, fate, chance);
        if (d.state == IMeasuredDisputes.State.Draw) {
            if (jury.phaseOf(id) == IJury.Phase.Drawing) drawPanel(id);
        }
        if (d.state == IMeasuredDisputes.State.Voting) driveVotes(id, fate, chance);
        else if (d.state != IMeasuredDisputes.State.Draw && clock <= d.until) pass(d.until + 1 - clock);
        pokeOne(id);
    }

    function rule(uint256 which, uint256 ruling) external compared {
        (bytes32 id, IMeasuredDisputes.Dispute memory d) = pickIn(which, IMeasuredDisputes.State.Arbitration);
        if (id == bytes32(0) || clock > d.until) return;
        for (uint256 i = 1; i <= arbitrator.disputeCount(); ++i) {
            if (measured.arbitrated(i) != id) continue;
            vm.prank(ARBITER);
            arbitrator.giveRuling(i, ruling % 3);
        }
    }

    function changeCandidates(uint256 who) external compared {
        address validator = validatorAt(who % VALIDATORS);
        vm.startPrank(validator);
        if (jury.isEnlisted(validator)) {
            if (jury.pendingDraws() == 0 && jury.candidateCount() > 6) jury.delist(validator);
        } else if (registry.isActive(validator)) {
            jury.enlist();
        }
        vm.stopPrank();
    }

    /* TIME */

    function wait(uint256 time, uint256 blocks) external compared {
        pass(bound(time, 1, 20 hours));
        mine(bound(blocks, 1, 200));
    }

    /// I20: anybody moves a dispute on exactly when something is due.
    function poke(uint256 which) external compared {
        if (_ids.length != 0) pokeOne(_ids[which % _ids.length]);
    }

    /* PARTS */

    function driveAnswer(bytes32 id, uint256 fate, uint256 chance) private {
        if (fate == 3) {
            vm.prank(executor);
            measured.concede(id);
        } else if (chance % 4 != 0) {
            answerTo(id);
        } else {
            pass(12 hours + 1);
        }
    }

    function driveVotes(bytes32 id, uint256 fate, uint256 chance) private {
        address[] memory jurors = newestPanel(id);
        IJury.Choice[] memory voted = new IJury.Choice[](jurors.length);
        for (uint256 i = 0; i < jurors.length; ++i) {
            if (fate == 0) voted[i] = IJury.Choice.Mismatch;
            else if (fate == 1) voted[i] = IJury.Choice.Match;
            else if (fate != 2) voted[i] = choiceOf(chance, i);
        }
        if (jury.phaseOf(id) == IJury.Phase.Commit) cast(id, jurors, voted, type(uint256).max);
        pass(12 hours + 1);
    }

    /// Commits these choices and reveals most of them; who committed before stays with that.
    function cast(bytes32 id, address[] memory jurors, IJury.Choice[] memory voted, uint256 reveals) private {
        for (uint256 i = 0; i < jurors.length; ++i) {
            (bytes32 commitment, , , ) = jury.votes(id, jurors[i]);
            if (commitment != 0) return;
            if (voted[i] != IJury.Choice.None) commitAs(id, jurors[i], voted[i]);
        }
        pass(24 hours + 1);
        for (uint256 i = 0; i < jurors.length; ++i) {
            bool skips = voted[i] == IJury.Choice.None || (reveals >> (3 * i)) & 7 == 0;
            if (!skips && jury.phaseOf(id) == IJury.Phase.Reveal)
                jury.reveal(id, jurors[i], voted[i], saltOf(jurors[i]));
        }
    }

    /// The first dispute in this state, counted from one that is chosen; zero if there is none.
    function pickIn(
        uint256 which,
        IMeasuredDisputes.State state
    ) private view returns (bytes32 id, IMeasuredDisputes.Dispute memory d) {
        for (uint256 i = 0; i < _ids.length; ++i) {
            id = _ids[((which % _ids.length) + i) % _ids.length];
            d = measured.disputeAt(id);
            if (d.state == state) return (id, d);
        }
        id = bytes32(0);
    }

    function choiceOf(uint256 choices, uint256 i) private pure returns (IJury.Choice) {
        return IJury.Choice((choices >> (1 + 2 * i)) & 3);
    }

    function agreedOn(uint256 choices) private pure returns (IJury.Choice choice) {
        choice = choiceOf(choices, 1);
        if (choice == IJury.Choice.None) choice = IJury.Choice.Mismatch;
    }

    function pokeOne(bytes32 id) private {
        bool due = isDue(id);
        try measured.poke(id) {
            if (!due) broken = "moved before its time";
        } catch {
            if (due) broken = "stuck after its time";
        }
        compare(id);
    }

    function isDue(bytes32 id) private view returns (bool) {
        IMeasuredDisputes.Dispute memory d = measured.disputeAt(id);
        if (d.state == IMeasuredDisputes.State.Closed) return false;
        if (d.state == IMeasuredDisputes.State.Voting) return jury.phaseOf(id) == IJury.Phase.Ended;
        if (d.state == IMeasuredDisputes.State.Draw) return jury.phaseOf(id) != IJury.Phase.Drawing;
        return clock > d.until;
    }

    /// I19: one move goes along the edges only, several of them if the time for them has come; closed stays closed.
    function compare(bytes32 id) private {
        IMeasuredDisputes.Dispute memory d = measured.disputeAt(id);
        IMeasuredDisputes.State before = _seen[id];
        compareTerms(id, d);
        if (before == d.state) return;
        if (!isPath(before, d.state)) broken = "went where no edge goes";
        if (d.state == IMeasuredDisputes.State.Closed) ++closed[uint256(d.outcome) - 1];
        _seen[id] = d.state;
    }

    /// I26: whatever happens to stake, strikes and candidates, an open dispute keeps parties, sums and deadlines.
    function compareTerms(bytes32 id, IMeasuredDisputes.Dispute memory d) private {
        if (d.state == IMeasuredDisputes.State.Closed) return;
        (, uint96 bond, address payer, , , , ) = deposits.deposits(id);
        bytes32 sums = keccak256(abi.encode(payer, bond, penaltyOf(id), restitutionOf(id), d.fee, d.arbitrationCost));
        bytes32 terms = keccak256(abi.encode(d.challenger, d.executor, d.kind, sums));
        if (_terms[id] == 0) _terms[id] = terms;
        if (_terms[id] != terms) broken = "the terms of an open dispute changed";
        if (_seen[id] == d.state && _until[id] != d.until) broken = "a deadline moved";
        _until[id] = d.until;
    }

    function isPath(IMeasuredDisputes.State from, IMeasuredDisputes.State to) private pure returns (bool) {
        if (from == IMeasuredDisputes.State.None) return to == IMeasuredDisputes.State.Answer;
        if (from == IMeasuredDisputes.State.Answer) {
            return to == IMeasuredDisputes.State.Draw || to == IMeasuredDisputes.State.Closed;
        }
        if (from == IMeasuredDisputes.State.Draw) {
            return to == IMeasuredDisputes.State.Voting || to == IMeasuredDisputes.State.Arbitration;
        }
        if (from == IMeasuredDisputes.State.Voting || from == IMeasuredDisputes.State.Appealable) {
            return to != IMeasuredDisputes.State.Answer && to != IMeasuredDisputes.State.Voting;
        }
        return from == IMeasuredDisputes.State.Arbitration && to == IMeasuredDisputes.State.Closed;
    }

    function accountAt(uint256 i) private view returns (address) {
        i %= VALIDATORS + 4;
        if (i == 0) return client;
        if (i == 1) return executor;
        if (i == 2) return TREASURY;
        return i == 3 ? ARBITER : validatorAt(i - 4);
    }

    /* SUMS */

    function disputeIds() external view returns (bytes32[] memory) {
        return _ids;
    }

    function held() external view returns (uint256) {
        return token.balanceOf(address(deposits));
    }

    /// Deposits of open disputes, and credits.
    function owed() external view returns (uint256 sum) {
        for (uint256 i = 0; i < VALIDATORS + 4; ++i) sum += deposits.creditOf(accountAt(i));
        for (uint256 i = 0; i < _ids.length; ++i) {
            (, uint96 bond, , uint96 appealed, , uint96 ruling, ) = deposits.deposits(_ids[i]);
            sum += uint256(bond) + appealed + ruling;
        }
    }

    /// What is frozen of the executor, and what open disputes may take of it.
    function frozenAndAtStake() external view returns (uint256 frozen, uint256 atStake) {
        frozen = frozenOf(executor);
        for (uint256 i = 0; i < _ids.length; ++i) {
            atStake += penaltyOf(_ids[i]) + restitutionOf(_ids[i]);
        }
    }

    /// What is frozen of validators, and what they owe to open cases: a fine for each duty.
    function frozenAndSeated() external view returns (uint256 frozen, uint256 seated) {
        for (uint256 i = 0; i < VALIDATORS; ++i) frozen += frozenOf(validatorAt(i));
        for (uint256 i = 0; i < _ids.length; ++i) {
            (, uint8 rounds, bool isClosed) = jury.cases(_ids[i]);
            for (uint256 round = 1; round <= rounds && !isClosed; ++round) {
                address[] memory jurors = jury.jurorsOf(_ids[i], round);
                for (uint256 k = 0; k < jurors.length; ++k) {
                    (, , , bool isDuty) = jury.votes(_ids[i], jurors[k]);
                    if (isDuty) seated += 25e6;
                }
            }
        }
    }

    /// Costs that closed disputes still hold in the escrow.
    function heldByClosed() external view returns (uint256 sum) {
        for (uint256 i = 0; i < _ids.length; ++i) {
            if (measured.disputeAt(_ids[i]).state != IMeasuredDisputes.State.Closed) continue;
            uint32 nonce = _nonces[i];
            (, uint96 amount, , , ) = accounting.tailHold(client, executor, nonce, nonce);
            sum += amount;
        }
    }

    function draws() external view returns (uint256 pending, uint256 drawing) {
        pending = jury.pendingDraws();
        for (uint256 i = 0; i < _ids.length; ++i) {
            if (jury.phaseOf(_ids[i]) == IJury.Phase.Drawing) ++drawing;
        }
    }

    function undivided() external view returns (uint256) {
        return rewardsOf(address(penalties)) + rewardsOf(address(jury));
    }

    /// Nobody but `poke` and the clock: everything ends.
    function outlast(uint256 chance) external compared {
        if (chance % 8 != 0) return;
        for (uint256 turn = 0; turn < 16; ++turn) {
            pass(15 days);
            for (uint256 i = 0; i < _ids.length; ++i) {
                if (jury.phaseOf(_ids[i]) == IJury.Phase.Drawing) drawPanel(_ids[i]);
                pokeOne(_ids[i]);
            }
        }
        for (uint256 i = 0; i < _ids.length; ++i) {
            if (measured.disputeAt(_ids[i]).state != IMeasuredDisputes.State.Closed) broken = "never ends";
        }
    }
}
