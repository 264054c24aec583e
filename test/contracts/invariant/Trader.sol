// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {IEquivocationDisputes} from "../../../contracts/disputes/equivocation/IEquivocationDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {vm} from "../support/Vm.sol";
import {Ledger} from "./Ledger.sol";

/// What two clients, two executors, a forger and a judge do to each other in any order, honest and not.
contract Trader is Ledger {
    uint256 internal constant PARTIES = 2;
    uint256 internal constant LANES = 2;
    /// So few that they are used again.
    uint256 internal constant NONCES = 8;

    struct Counted {
        uint256 cost;
        uint256 inbound;
        uint256 outbound;
        uint256 nonce;
    }

    /// What went in and out of the escrow.
    uint256 public deposited;
    uint256 public withdrawn;
    /// Set when something happened that never may.
    string public broken;

    /// How often the interesting things happened.
    struct Happened {
        uint256 settled;
        uint256 refused;
        uint256 held;
        uint256 taken;
    }

    Happened public happened;

    /// What disputes took from the first and from the second executor and did not give back to them.
    uint256[2] public clawedBack;

    IAccountingV2.SignedPair[] private _pairs;
    IAccountingV2.Tail[] private _held;
    mapping(bytes32 lane => Counted) private _seen;
    mapping(address client => mapping(uint256 nonce => bool)) private _used;
    uint256 private _reasons;

    constructor() {
        deployMarket();
        for (uint256 i = 0; i < PARTIES; ++i) {
            address worker = executorAt(i);
            give(worker, 1_000e6);
            vm.prank(worker);
            registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", (500e6 * (i + 1)) / PARTIES);
        }
    }

    /// I13: whatever happens, what an executor can withdraw shrinks by its own withdrawal only.
    modifier keepsMatured() {
        uint256[2] memory before = [withdrawable(0), withdrawable(1)];
        _;
        if (withdrawable(0) < before[0] || withdrawable(1) < before[1]) broken = "matured money was taken";
    }

    /* MOVES OF CLIENTS */

    function fund(uint256 who, uint256 whom, uint256 amount) external keepsMatured {
        amount = bound(amount, 1, 50e6);
        depositAs(clientAt(who), amount);
        deposited += amount;
        _deposits[clientAt(who)] += amount;
        uint256 allocated = 1 + amount / (1 + ((whom >> 8) % 3)) / 2;
        vm.prank(clientAt(who));
        accounting.allocate(executorAt(whom), allocated);
        noteAllocation(clientAt(who), executorAt(whom), allocated);
    }

    /// I5: a signed allocation works once, and its nonce stays used for ever.
    function allocateSigned(uint256 who, uint256 whom, uint256 amount, uint256 nonce) external keepsMatured {
        address payer = clientAt(who);
        nonce %= NONCES;
        amount = bound(amount, 1, 10e6);
        bool works = !_used[payer][nonce] && amount <= accounting.balanceOf(payer);
        uint40 deadline = uint40(block.timestamp);
        bytes32 typeHash = keccak256(
            "Allocation(address client,address executor,uint96 amount,uint256 nonce,uint40 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, payer, executorAt(whom), amount, nonce, deadline));
        IAccountingV2.CompactSignature memory signature = compact(clientKey(who), digestOf(structHash));
        try accounting.allocateBySig(payer, executorAt(whom), uint96(amount), nonce, deadline, signature) {
            if (!works) broken = "an allocation that must not work";
            _used[payer][nonce] = true;
            noteAllocation(payer, executorAt(whom), amount);
        } catch {
            if (works) broken = "an allocation that has to work";
        }
    }

    function withdraw(uint256 who, uint256 amount) external keepsMatured {
        uint256 balance = accounting.balanceOf(clientAt(who));
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(clientAt(who));
        accounting.withdraw(clientAt(who), amount);
        withdrawn += amount;
        _deposits[clientAt(who)] -= amount;
    }

    function requestUnlock(uint256 who, uint256 whom, uint256 amount) external keepsMatured {
        (uint96 balance, uint96 unlocking, ) = accounting.channels(clientAt(who), executorAt(whom));
        if (balance == unlocking) return;
        amount = bound(amount, 1, balance - unlocking);
        vm.prank(clientAt(who));
        accounting.requestUnlock(executorAt(whom), amount);
        noteUnlock(clientAt(who), executorAt(whom), amount);
    }

    function cancelUnlock(uint256 who, uint256 whom) external keepsMatured {
        Pot storage pot = _pots[clientAt(who)][executorAt(whom)];
        if (pot.unlocking == 0) return;
        vm.prank(clientAt(who));
        accounting.cancelUnlock(executorAt(whom));
        (pot.unlocking, pot.unlockAt) = (0, 0);
    }

    function finalizeUnlock(uint256 who, uint256 whom) external keepsMatured {
        (, uint96 unlocking, uint40 unlockAt) = accounting.channels(clientAt(who), executorAt(whom));
        if (unlocking == 0 || block.timestamp < unlockAt) return;
        vm.prank(clientAt(who));
        accounting.finalizeUnlock(executorAt(whom));
        _pots[clientAt(who)][executorAt(whom)].unlocking = 0;
        noteReturn(clientAt(who), executorAt(whom), unlocking);
    }

    /* MOVES OF EXECUTORS */

    function release(uint256 who, uint256 whom, uint256 amount) external keepsMatured {
        (uint96 balance, , ) = accounting.channels(clientAt(who), executorAt(whom));
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(executorAt(whom));
        accounting.release(clientAt(who), amount);
        noteReturn(clientAt(who), executorAt(whom), amount);
    }

    function withdrawEarnings(uint256 whom) external {
        if (withdrawable(whom) == 0) return;
        vm.prank(executorAt(whom));
        uint256 amount = accounting.withdrawEarnings(executorAt(whom));
        withdrawn += amount;
        _accounts[executorAt(whom)].withdrawn += amount;
    }

    function changeStake(uint256 whom, uint256 amount) external keepsMatured {
        address worker = executorAt(whom);
        (, , , , uint96 stake, uint96 unbonding, , ) = registry.members(worker);
        vm.startPrank(worker);
        if (unbonding != 0) registry.cancelUnbond();
        else if (stake > MINIMUM_EXECUTOR) registry.unbond(bound(amount, 1, stake - MINIMUM_EXECUTOR));
        vm.stopPrank();
    }

    /// Sits its time in jail out, and fills its stake up.
    function recover(uint256 whom) external keepsMatured {
        address worker = executorAt(whom);
        (, , uint40 until, , uint96 stake, , , ) = registry.members(worker);
        if (until > block.timestamp) vm.warp(until);
        if (stake < MINIMUM_EXECUTOR) give(worker, MINIMUM_EXECUTOR);
        vm.startPrank(worker);
        if (stake < MINIMUM_EXECUTOR) registry.stake(MINIMUM_EXECUTOR);
        if (until != 0) registry.unjail();
        vm.stopPrank();
    }

    /* MOVES OF JUDGES */

    /// Freezes or jails, which stops no payment.
    function punish(uint256 whom, uint256 amount, uint256 chance) external keepsMatured {
        vm.startPrank(JUDGE);
        registry.freeze(bytes32(++_reasons), executorAt(whom), amount);
        if (chance % 16 == 0) registry.jail(executorAt(whom));
        vm.stopPrank();
    }

    /// I22: evidence against an executor is taken at any time. Half its stake goes.
    function prove(uint256 whom, uint256 chance) external keepsMatured {
        if (chance % 16 != 0) return;
        IAccountingV2.SignedPair memory pair = pairAt(0, whom, 0);
        (pair.request.lane, pair.request.nonce) = (uint64(LANES), uint32(++_reasons));
        resign(pair);
        IEquivocationDisputes.ResponseProof memory proof;
        (proof.request, proof.first, proof.firstSignature) = (pair.request, pair.response, pair.executorSignature);
        proof.second = abi.decode(abi.encode(pair.response), (IAccountingV2.LlmResponseCommitment));
        proof.second.contentHash = "another answer";
        proof.secondSignature = compact(executorKey(whom), accounting.hashResponse(proof.second));
        disputes.proveEquivocation(proof, bytes32(0));
    }

    /// Disputes a lane's tail; the executor keeps what has matured.
    function holdTail(uint256 who, uint256 whom, uint256 lane, uint256 acked) external keepsMatured {
        IAccountingV2.Tail memory tail = tailAt(who, whom, lane, acked);
        (address judge, , , , ) = accounting.tailHold(tail.client, tail.executor, tail.lane, tail.nonce);
        vm.prank(JUDGE);
        try accounting.holdTail(tail) returns (uint256 paid, uint256 amount) {
            if (judge != address(0)) broken = "a tail was held twice";
            if (amount > paid || paid == 0) broken = "held more than was paid";
            if (amount != noteTaken(tail.client, tail.executor, paid))
                broken = "held something else than has not matured";
            clawedBack[whom % PARTIES] += amount;
            ++happened.held;
            _held.push(tail);
        } catch (bytes memory thrown) {
            bool known =
                bytes4(thrown) == IAccountingV2.AccountingNoTail.selector ||
                    bytes4(thrown) == IAccountingV2.AccountingTailHeld.selector;
            if (!known) broken = "a hold failed otherwise";
        }
    }

    function decide(uint256 which, bool forClient) external keepsMatured {
        if (_held.length == 0) return;
        which = which % _held.length;
        IAccountingV2.Tail memory tail = _held[which];
        _held[which] = _held[_held.length - 1];
        _held.pop();
        vm.prank(JUDGE);
        uint256 amount = forClient ? accounting.refundTail(tail) : accounting.releaseTail(tail);
        if (forClient) _deposits[tail.client] += amount;
        else _accounts[tail.executor].released += amount;
        if (!forClient) clawedBack[indexOf(tail.executor)] -= amount;
    }

    function clawBack(uint256 who, uint256 whom, uint256 lane, uint256 acked) external keepsMatured {
        IAccountingV2.Tail memory tail = tailAt(who, whom, lane, acked);
        vm.prank(JUDGE);
        (uint256 paid, uint256 refunded) = accounting.clawBackTail(tail, false);
        if (refunded != noteTaken(tail.client, tail.executor, paid))
            broken = "refunded something else than has not matured";
        if (refunded != 0) ++happened.taken;
        _deposits[tail.client] += refunded;
        clawedBack[whom % PARTIES] += refunded;
    }

    /* TIME */

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 20 hours));
    }

    /* SETTLEMENT */

    /// An honest pair: acknowledges all or more than the lane was paid. I22: it is paid as far as the money goes, whatever
    /// judges have done.
    function settle(uint256 who, uint256 whom, uint256 lane, uint256 acked, uint256 cost) external keepsMatured {
        IAccountingV2.SignedPair memory pair = nextPair(who, whom, lane, acked, cost);
        _pairs.push(pair);
        (uint256 acknowledged, uint256 tail) = expectedFor(pair);
        bool paid = settleAndCompare(pair, false);
        if (paid != (acknowledged + tail != 0)) broken = "an honest pair was not paid";
    }

    /// I29: an answer that failed costs nothing, also if both signed that it does.
    function settleFailed(uint256 who, uint256 whom, uint256 lane, uint256 acked, uint256 cost) external keepsMatured {
        IAccountingV2.SignedPair memory pair = nextPair(who, whom, lane, acked, cost);
        pair.response.finishReason = 0;
        if (cost % 2 == 0) pair.response.cumulativeCost = pair.request.ackedCost;
        resign(pair);
        bool charges = pair.response.cumulativeCost != pair.request.ackedCost;
        if (settleAndCompare(pair, false) && charges) broken = "a failed answer cost something";
    }

    /// I8, I9: one of the two signatures is somebody else's.
    function settleForged(uint256 who, uint256 whom, uint256 lane, uint256 cost, bool asClient) external keepsMatured {
        IAccountingV2.SignedPair memory pair = nextPair(who, whom, lane, cost, cost);
        if (asClient) sign(pair, STRANGER_KEY, executorKey(whom));
        else sign(pair, clientKey(who), STRANGER_KEY);
        settleAndCompare(pair, true);
    }

    /// Sends any pair again, of any age.
    function sendAgain(uint256 which) external keepsMatured {
        if (_pairs.length != 0) settleAndCompare(_pairs[which % _pairs.length], false);
    }

    /// I24: a batch does what its pairs do one after the other, without those that are refused.
    function settleBatch(uint256 seed) external keepsMatured {
        if (_pairs.length == 0) return;
        IAccountingV2.SignedPair[] memory batch = new IAccountingV2.SignedPair[](4);
        for (uint256 i = 0; i < 3; ++i) batch[i] = _pairs[(seed >> (16 * i)) % _pairs.length];
        batch[3] = nextPair(seed >> 48, seed >> 56, seed >> 64, 0, 1 + ((seed >> 72) % 10e6));
        uint256 snapshot = vm.snapshotState();
        accounting.settle(batch);
        bytes32 together = stateOfEscrow();
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < batch.length; ++i) settleAndCompare(batch[i], false);
        if (together != stateOfEscrow()) broken = "a batch did something else than its pairs";
    }

    /// A pair whose numbers come from anywhere, signed by both.
    function settleAnything(
        uint256 who,
        uint256 whom,
        uint32 nonce,
        uint96 acked,
        uint96 cost,
        uint96 stated,
        uint64 counted
    ) external keepsMatured {
        IAccountingV2.SignedPair memory pair = pairAt(who, whom, counted);
        fill(pair, nonce % 20, acked, cost);
        pair.response.cumulativeCost = stated % 3 == 0 ? stated : pair.response.cumulativeCost;
        pair.request.costCap = stated % 2 == 0 ? stated : type(uint96).max;
        pair.response.finishReason = uint8(counted % 5);
        pair.response.cumulativeInbound = counted;
        resign(pair);
        settleAndCompare(pair, false);
    }

    /* PARTIES */

    function clientKey(uint256 i) internal pure returns (uint256) {
        return CLIENT_KEY + (i % PARTIES);
    }

    function executorKey(uint256 i) internal pure returns (uint256) {
        return EXECUTOR_KEY + (i % PARTIES);
    }

    function clientAt(uint256 i) public pure returns (address) {
        return vm.addr(clientKey(i));
    }

    function executorAt(uint256 i) public pure returns (address) {
        return vm.addr(executorKey(i));
    }

    function indexOf(address worker) private pure returns (uint256) {
        return worker == executorAt(0) ? 0 : 1;
    }

    /* TAILS */

    function tailAt(
        uint256 who,
        uint256 whom,
        uint256 lane,
        uint256 acked
    ) private view returns (IAccountingV2.Tail memory tail) {
        (tail.client, tail.executor, tail.lane) = (clientAt(who), executorAt(whom), uint64(lane % LANES));
        (uint96 cost, , , uint32 nonce) = accounting.lanes(tail.client, tail.executor, tail.lane);
        (tail.nonce, tail.ackedCost) = (nonce, uint96(bound(acked, 0, cost)));
    }

    /* PAIRS */

    function pairAt(
        uint256 who,
        uint256 whom,
        uint256 lane
    ) private view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairOf(1, 0, 0);
        pair.request.client = clientAt(who);
        pair.request.executor = executorAt(whom);
        pair.request.lane = uint64(lane % LANES);
    }

    /// What comes next in the lane.
    function nextPair(
        uint256 who,
        uint256 whom,
        uint256 lane,
        uint256 acked,
        uint256 cost
    ) private view returns (IAccountingV2.SignedPair memory pair) {
        pair = pairAt(who, whom, lane);
        (uint96 paid, , , uint32 nonce) = accounting.lanes(
            pair.request.client,
            pair.request.executor,
            pair.request.lane
        );
        fill(pair, nonce + 1 + uint32(cost % 3), paid + bound(acked, 0, 20e6), bound(cost, 0, 20e6));
    }

    function fill(IAccountingV2.SignedPair memory pair, uint32 nonce, uint256 acked, uint256 cost) private view {
        unchecked {
            pair.request.nonce = nonce;
            pair.request.ackedCost = uint96(acked);
            pair.request.outboundPrice = uint96(cost * 1e6);
            pair.request.costCap = uint96(acked + cost);
            pair.response.cumulativeCost = uint96(acked + cost);
            pair.response.cumulativeInbound = uint64(10) * nonce;
            pair.response.cumulativeOutbound = nonce;
        }
        resign(pair);
    }

    function resign(IAccountingV2.SignedPair memory pair) private view {
        bool firstClient = pair.request.client == clientAt(0);
        bool firstExecutor = pair.request.executor == executorAt(0);
        sign(pair, clientKey(firstClient ? 0 : 1), executorKey(firstExecutor ? 0 : 1));
    }

    /// The transaction does what the view said, and pays what the ledger says.
    function settleAndCompare(IAccountingV2.SignedPair memory pair, bool forged) private returns (bool accepted) {
        IAccountingV2.Rejection reason = accounting.checkPair(pair);
        (uint256 acknowledged, uint256 tail) = expectedFor(pair);
        try accounting.processRequest(pair.request, pair.response, pair.clientSignature, pair.executorSignature) {
            accepted = true;
            if (reason != IAccountingV2.Rejection.None) broken = "settled what the view refused";
            if (forged) broken = "paid without both signatures";
            ++happened.settled;
            noteSettlement(pair, acknowledged, tail);
            compareTerms(pair);
        } catch (bytes memory thrown) {
            ++happened.refused;
            if (keccak256(thrown) != keccak256(rejectedAs(reason))) broken = "reverted otherwise than the view said";
        }
        compareLane(pair);
    }

    /// I8: the client signed a cap that the lane's cost stays within. I29: a failed answer costs nothing.
    function compareTerms(IAccountingV2.SignedPair memory pair) private {
        LaneBook storage book = _books[pair.request.client][pair.request.executor][pair.request.lane];
        if (book.paid > pair.request.costCap) broken = "a lane costs more than its cap";
        bool failed = pair.response.finishReason == 0;
        if (failed && book.paid > pair.request.ackedCost) broken = "a failed answer cost something";
    }

    /// I4, I5: cost, counts and nonce of a lane never go down.
    function compareLane(IAccountingV2.SignedPair memory pair) private {
        (address payer, address payee, uint64 lane) = (pair.request.client, pair.request.executor, pair.request.lane);
        Counted storage seen = _seen[keccak256(abi.encode(payer, payee, lane))];
        Counted memory found;
        (found.cost, found.inbound, found.outbound, found.nonce) = accounting.lanes(payer, payee, lane);
        if (found.cost < seen.cost || found.nonce < seen.nonce) broken = "a lane went back";
        if (found.inbound < seen.inbound || found.outbound < seen.outbound) broken = "a count went back";
        (seen.cost, seen.inbound, seen.outbound, seen.nonce) = (found.cost, found.inbound, found.outbound, found.nonce);
    }

    /* COMPARISON */

    /// The first thing in which contract and ledger differ; nothing if they agree.
    function difference() external view returns (string memory) {
        for (uint256 i = 0; i < PARTIES; ++i) {
            if (accounting.balanceOf(clientAt(i)) != _deposits[clientAt(i)]) return "a deposit";
            if (!areEarningsAsNoted(executorAt(i))) return "earnings";
            for (uint256 j = 0; j < PARTIES; ++j) {
                if (!isPotAsNoted(clientAt(i), executorAt(j))) return "a channel";
                for (uint64 lane = 0; lane < LANES; ++lane) {
                    if (!isLaneAsNoted(clientAt(i), executorAt(j), lane)) return "a lane";
                }
            }
        }
        return "";
    }

    function stateOfEscrow() private view returns (bytes32 state) {
        for (uint256 i = 0; i < PARTIES; ++i) {
            (uint128 settled, uint128 paidOut, , , ) = accounting.earnings(executorAt(i));
            state = keccak256(abi.encode(state, settled, paidOut, accounting.unmaturedTail(executorAt(i))));
            for (uint256 j = 0; j < PARTIES; ++j) {
                (uint96 balance, uint96 unlocking, ) = accounting.channels(clientAt(i), executorAt(j));
                state = keccak256(abi.encode(state, balance, unlocking));
                for (uint64 lane = 0; lane < LANES; ++lane) {
                    (uint96 cost, , , uint32 nonce) = accounting.lanes(clientAt(i), executorAt(j), lane);
                    state = keccak256(abi.encode(state, cost, nonce));
                }
            }
        }
    }

    function forgotNonce() external view returns (bool) {
        for (uint256 i = 0; i < PARTIES * NONCES; ++i) {
            (address payer, uint256 nonce) = (clientAt(i), i / PARTIES);
            if (_used[payer][nonce] != accounting.isAllocationNonceUsed(payer, nonce)) return true;
        }
        return false;
    }

    function withdrawable(uint256 whom) public view returns (uint256) {
        return accounting.withdrawableEarnings(executorAt(whom));
    }

    /// Whether an executor got hold of more than it was paid a day ago, or the client signed for, or a judge gave back.
    function gotTooEarly(uint256 whom) external view returns (bool) {
        address worker = executorAt(whom);
        return _accounts[worker].withdrawn + withdrawable(whom) > matureAtMost(worker);
    }

    function requestsOf(uint256 whom) external view returns (uint256 counted, uint256 noted, uint256 nonces) {
        (, , counted, ) = accounting.executorStats(executorAt(whom));
        noted = _accounts[executorAt(whom)].requests;
        for (uint256 i = 0; i < PARTIES * LANES; ++i) {
            nonces += accounting.clientNonces(clientAt(i), executorAt(whom), uint64(i / PARTIES));
        }
    }

    /* SUMS */

    /// Free deposit, channels, earnings not yet withdrawn, and what disputes hold.
    function owed() external view returns (uint256 sum) {
        for (uint256 i = 0; i < _held.length; ++i) {
            IAccountingV2.Tail storage tail = _held[i];
            (, uint96 amount, , , ) = accounting.tailHold(tail.client, tail.executor, tail.lane, tail.nonce);
            sum += amount;
        }
        for (uint256 i = 0; i < PARTIES; ++i) {
            sum += accounting.balanceOf(clientAt(i)) + unwithdrawn(executorAt(i));
            for (uint256 j = 0; j < PARTIES; ++j) {
                (uint96 balance, , ) = accounting.channels(clientAt(i), executorAt(j));
                sum += balance;
            }
        }
    }

    function held() external view returns (uint256) {
        return token.balanceOf(address(accounting));
    }

    function unwithdrawn(address worker) public view returns (uint256) {
        (uint128 settled, uint128 paidOut, , , ) = accounting.earnings(worker);
        return settled - paidOut;
    }

    function unmatured(address worker) external view returns (uint256) {
        return accounting.unmaturedTail(worker);
    }

    /// Paid for all lanes with the executor.
    function paidTo(uint256 whom) external view returns (uint256 sum) {
        for (uint256 i = 0; i < PARTIES; ++i) {
            for (uint64 lane = 0; lane < LANES; ++lane) {
                (uint96 cost, , , ) = accounting.lanes(clientAt(i), executorAt(whom), lane);
                sum += cost;
            }
        }
    }

    function settledTo(uint256 whom) external view returns (uint256) {
        (uint128 settled, , , , ) = accounting.earnings(executorAt(whom));
        return settled;
    }

    /// Whether more is unlocking than a channel holds, or a clock runs for nothing.
    function unlockingTooMuch() external view returns (bool) {
        for (uint256 i = 0; i < PARTIES * PARTIES; ++i) {
            (uint96 balance, uint96 unlocking, uint40 unlockAt) = accounting.channels(
                clientAt(i),
                executorAt(i / PARTIES)
            );
            if (unlocking > balance || (unlocking == 0) != (unlockAt == 0)) return true;
        }
        return false;
    }
}
