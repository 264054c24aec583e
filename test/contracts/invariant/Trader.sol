// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/interfaces/IAccountingV2.sol";
import {IStakeRegistry} from "../../../contracts/interfaces/IStakeRegistry.sol";
import {Market} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/// What two clients and two executors do to each other in any order, honest and not. Keeps its own books.
contract Trader is Market {
    uint256 internal constant PARTIES = 2;
    uint256 internal constant LANES = 2;

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

    /// What disputes took from the first and from the second executor and did not give back to them.
    uint256[2] public clawedBack;

    IAccountingV2.SignedPair[] private _pairs;
    IAccountingV2.Tail[] private _held;
    mapping(bytes32 lane => Counted) private _seen;

    constructor() {
        deployMarket();
        for (uint256 i = 0; i < PARTIES; ++i) {
            address worker = executorAt(i);
            give(worker, 1_000e6);
            vm.prank(worker);
            registry.registerAndStake(IStakeRegistry.Role.Executor, "peer", "", (500e6 * (i + 1)) / PARTIES);
        }
    }

    /* MOVES */

    function fund(uint256 who, uint256 whom, uint256 amount) external {
        amount = bound(amount, 1, 50e6);
        depositAs(clientAt(who), amount);
        deposited += amount;
        vm.prank(clientAt(who));
        accounting.allocate(executorAt(whom), bound(amount, 1, amount));
    }

    function withdraw(uint256 who, uint256 amount) external {
        uint256 balance = accounting.balanceOf(clientAt(who));
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(clientAt(who));
        accounting.withdraw(clientAt(who), amount);
        withdrawn += amount;
    }

    function requestUnlock(uint256 who, uint256 whom, uint256 amount) external {
        (uint96 balance, uint96 unlocking, ) = accounting.channels(clientAt(who), executorAt(whom));
        if (balance == unlocking) return;
        amount = bound(amount, 1, balance - unlocking);
        vm.prank(clientAt(who));
        accounting.requestUnlock(executorAt(whom), amount);
    }

    function finalizeUnlock(uint256 who, uint256 whom) external {
        (, uint96 unlocking, uint40 unlockAt) = accounting.channels(clientAt(who), executorAt(whom));
        if (unlocking == 0 || block.timestamp < unlockAt) return;
        vm.prank(clientAt(who));
        accounting.finalizeUnlock(executorAt(whom));
    }

    function release(uint256 who, uint256 whom, uint256 amount) external {
        (uint96 balance, , ) = accounting.channels(clientAt(who), executorAt(whom));
        if (balance == 0) return;
        vm.prank(executorAt(whom));
        accounting.release(clientAt(who), bound(amount, 1, balance));
    }

    function withdrawEarnings(uint256 whom) external {
        if (accounting.withdrawableEarnings(executorAt(whom)) == 0) return;
        vm.prank(executorAt(whom));
        withdrawn += accounting.withdrawEarnings(executorAt(whom));
    }

    function changeStake(uint256 whom, uint256 amount) external {
        address worker = executorAt(whom);
        (, , , , uint96 stake, uint96 unbonding, , ) = registry.members(worker);
        vm.startPrank(worker);
        if (unbonding != 0) registry.cancelUnbond();
        else if (stake > MINIMUM_EXECUTOR) registry.unbond(bound(amount, 1, stake - MINIMUM_EXECUTOR));
        vm.stopPrank();
    }

    /// Disputes a lane's tail; the executor keeps what has matured.
    function holdTail(uint256 who, uint256 whom, uint256 lane, uint256 acked) external {
        IAccountingV2.Tail memory tail = tailAt(who, whom, lane, acked);
        (address judge, , , , ) = accounting.tailHold(tail.client, tail.executor, tail.lane, tail.nonce);
        uint256 matured = accounting.withdrawableEarnings(tail.executor);
        vm.prank(JUDGE);
        try accounting.holdTail(tail) returns (uint256 paid, uint256 amount) {
            if (judge != address(0)) broken = "a tail was held twice";
            if (amount > paid || paid == 0) broken = "held more than was paid";
            clawedBack[whom % PARTIES] += amount;
            _held.push(tail);
        } catch (bytes memory thrown) {
            bool known =
                bytes4(thrown) == IAccountingV2.AccountingNoTail.selector ||
                    bytes4(thrown) == IAccountingV2.AccountingTailHeld.selector;
            if (!known) broken = "a hold failed otherwise";
        }
        if (accounting.withdrawableEarnings(tail.executor) != matured) broken = "matured money was held";
    }

    function decide(uint256 which, bool forClient) external {
        if (_held.length == 0) return;
        which = which % _held.length;
        IAccountingV2.Tail memory tail = _held[which];
        _held[which] = _held[_held.length - 1];
        _held.pop();
        vm.prank(JUDGE);
        if (forClient) accounting.refundTail(tail);
        else clawedBack[indexOf(tail.executor)] -= accounting.releaseTail(tail);
    }

    function clawBack(uint256 who, uint256 whom, uint256 lane, uint256 acked) external {
        IAccountingV2.Tail memory tail = tailAt(who, whom, lane, acked);
        vm.prank(JUDGE);
        (, uint256 refunded) = accounting.clawBackTail(tail);
        clawedBack[whom % PARTIES] += refunded;
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 20 hours));
    }

    /// An honest pair: acknowledges all or more than the lane was paid.
    function settle(uint256 who, uint256 whom, uint256 lane, uint256 acked, uint256 cost) external {
        IAccountingV2.SignedPair memory pair = pairAt(who, whom, lane);
        (uint96 paid, , , uint32 nonce) = accounting.lanes(
            pair.request.client,
            pair.request.executor,
            pair.request.lane
        );
        fill(pair, nonce + 1 + uint32(cost % 3), paid + bound(acked, 0, 20e6), bound(cost, 0, 20e6));
        _pairs.push(pair);
        settleAndCompare(pair);
    }

    /// Sends any pair again, of any age.
    function sendAgain(uint256 which) external {
        if (_pairs.length != 0) settleAndCompare(_pairs[which % _pairs.length]);
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
    ) external {
        IAccountingV2.SignedPair memory pair = pairAt(who, whom, counted);
        fill(pair, nonce % 20, acked, cost);
        pair.response.cumulativeCost = stated % 3 == 0 ? stated : pair.response.cumulativeCost;
        pair.response.cumulativeInbound = counted;
        resign(pair);
        settleAndCompare(pair);
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

    function fill(IAccountingV2.SignedPair memory pair, uint32 nonce, uint256 acked, uint256 cost) private view {
        unchecked {
            pair.request.nonce = nonce;
            pair.request.ackedCost = uint96(acked);
            pair.request.outboundPrice = uint96(cost * 1e6);
            pair.request.costCap = type(uint96).max;
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

    /// The transaction does what the view said, and the lane moves only forward.
    function settleAndCompare(IAccountingV2.SignedPair memory pair) private {
        IAccountingV2.Rejection reason = accounting.checkPair(pair);
        try accounting.processRequest(pair.request, pair.response, pair.clientSignature, pair.executorSignature) {
            if (reason != IAccountingV2.Rejection.None) broken = "settled what the view refused";
        } catch (bytes memory thrown) {
            if (keccak256(thrown) != keccak256(rejectedAs(reason))) broken = "reverted otherwise than the view said";
        }
        compareLane(pair);
    }

    function compareLane(IAccountingV2.SignedPair memory pair) private {
        (address payer, address payee, uint64 lane) = (pair.request.client, pair.request.executor, pair.request.lane);
        Counted storage seen = _seen[keccak256(abi.encode(payer, payee, lane))];
        Counted memory found;
        (found.cost, found.inbound, found.outbound, found.nonce) = accounting.lanes(payer, payee, lane);
        if (found.cost < seen.cost || found.nonce < seen.nonce) broken = "a lane went back";
        if (found.inbound < seen.inbound || found.outbound < seen.outbound) broken = "a count went back";
        (seen.cost, seen.inbound, seen.outbound, seen.nonce) = (found.cost, found.inbound, found.outbound, found.nonce);
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
