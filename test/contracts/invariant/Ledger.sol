// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {Market} from "../support/Market.sol";

/// The escrow's books told a second time, in plain sums per account. Every move of a handler is noted here too; after it
/// contract and ledger have to agree to the unit.
abstract contract Ledger is Market {
    struct Pot {
        uint256 balance;
        uint256 unlocking;
        uint256 unlockAt;
    }

    struct LaneBook {
        uint256 paid;
        uint256 nonce;
    }

    /// What an executor was paid, by why; what disputes took of it and gave back; what it withdrew.
    struct Account {
        uint256 acknowledged;
        uint256 tails;
        uint256 taken;
        uint256 released;
        uint256 withdrawn;
        uint256 requests;
    }

    struct TailPaid {
        uint256 time;
        uint256 amount;
    }

    mapping(address client => uint256) internal _deposits;
    mapping(address client => mapping(address executor => Pot)) internal _pots;
    mapping(address client => mapping(address executor => mapping(uint64 lane => LaneBook))) internal _books;
    mapping(address executor => Account) internal _accounts;
    mapping(address executor => mapping(uint256 day => uint256)) private _tailsOfDay;
    mapping(address client => mapping(address executor => mapping(uint256 day => uint256))) private _tailsBetween;
    mapping(address executor => TailPaid[]) private _history;

    /* ESCROW */

    function noteAllocation(address payer, address payee, uint256 amount) internal {
        _deposits[payer] -= amount;
        _pots[payer][payee].balance += amount;
    }

    function noteUnlock(address payer, address payee, uint256 amount) internal {
        Pot storage pot = _pots[payer][payee];
        (pot.unlocking, pot.unlockAt) = (pot.unlocking + amount, block.timestamp + UNLOCK_DELAY);
    }

    function noteReturn(address payer, address payee, uint256 amount) internal {
        takeFromPot(payer, payee, amount);
        _deposits[payer] += amount;
    }

    /// Money that is not being unlocked goes first.
    function takeFromPot(address payer, address payee, uint256 amount) private {
        Pot storage pot = _pots[payer][payee];
        pot.balance -= amount;
        pot.unlocking = Math.min(pot.unlocking, pot.balance);
        if (pot.unlocking == 0) pot.unlockAt = 0;
    }

    /* SETTLEMENT */

    /// What a pair that is accepted pays: first what the client signed for, then the last answer as far as stake goes.
    function expectedFor(
        IAccountingV2.SignedPair memory pair
    ) internal view returns (uint256 acknowledged, uint256 tail) {
        (address payer, address payee) = (pair.request.client, pair.request.executor);
        uint256 paid = _books[payer][payee][pair.request.lane].paid;
        uint256 money = _pots[payer][payee].balance;
        uint256 room = Math.saturatingSub(registry.capacityOf(payee), youngOf(payee));
        acknowledged = Math.saturatingSub(pair.request.ackedCost, paid);
        tail = Math.saturatingSub(pair.response.cumulativeCost, paid + acknowledged);
        if (acknowledged > money) return (money, 0);
        tail = Math.min(Math.min(tail, money - acknowledged), room);
    }

    function noteSettlement(IAccountingV2.SignedPair memory pair, uint256 acknowledged, uint256 tail) internal {
        (address payer, address payee) = (pair.request.client, pair.request.executor);
        LaneBook storage book = _books[payer][payee][pair.request.lane];
        Account storage account = _accounts[payee];
        takeFromPot(payer, payee, acknowledged + tail);
        account.requests += pair.request.nonce - book.nonce;
        (book.paid, book.nonce) = (book.paid + acknowledged + tail, pair.request.nonce);
        (account.acknowledged, account.tails) = (account.acknowledged + acknowledged, account.tails + tail);
        _tailsOfDay[payee][block.timestamp / 1 days] += tail;
        _tailsBetween[payer][payee][block.timestamp / 1 days] += tail;
        _history[payee].push(TailPaid(block.timestamp, tail));
    }

    /* DISPUTES */

    /// Up to `wanted` of what this client paid and has not matured; what matures first goes first.
    function noteTaken(address payer, address payee, uint256 wanted) internal returns (uint256 taken) {
        uint256 today = block.timestamp / 1 days;
        mapping(uint256 day => uint256) storage between = _tailsBetween[payer][payee];
        for (uint256 day = today - 1; day <= today; ++day) {
            uint256 part = Math.min(between[day], wanted - taken);
            between[day] -= part;
            _tailsOfDay[payee][day] -= part;
            taken += part;
        }
        _accounts[payee].taken += taken;
    }

    /* WHAT HAS TO BE */

    /// What was paid today and yesterday and not taken: it has not matured.
    function youngOf(address payee) internal view returns (uint256) {
        uint256 today = block.timestamp / 1 days;
        return _tailsOfDay[payee][today] + _tailsOfDay[payee][today - 1];
    }

    function creditedTo(address payee) internal view returns (uint256) {
        Account storage account = _accounts[payee];
        return account.acknowledged + account.tails + account.released - account.taken;
    }

    /// The most that the executor may ever have got hold of: tails paid within the last 24 hours are none of it.
    function matureAtMost(address payee) internal view returns (uint256 most) {
        Account storage account = _accounts[payee];
        most = account.acknowledged + account.released;
        for (uint256 i = 0; i < _history[payee].length; ++i) {
            TailPaid storage paid = _history[payee][i];
            if (block.timestamp >= paid.time + 24 hours) most += paid.amount;
        }
    }

    /* COMPARISON */

    function isPotAsNoted(address payer, address payee) internal view returns (bool) {
        Pot storage pot = _pots[payer][payee];
        (uint96 balance, uint96 unlocking, uint40 unlockAt) = accounting.channels(payer, payee);
        return balance == pot.balance && unlocking == pot.unlocking && unlockAt == pot.unlockAt;
    }

    function isLaneAsNoted(address payer, address payee, uint64 lane) internal view returns (bool) {
        LaneBook storage book = _books[payer][payee][lane];
        (uint96 cost, , , uint32 nonce) = accounting.lanes(payer, payee, lane);
        return cost == book.paid && nonce == book.nonce;
    }

    function areEarningsAsNoted(address payee) internal view returns (bool) {
        (uint128 settled, uint128 withdrawn_, , , ) = accounting.earnings(payee);
        uint256 free = creditedTo(payee) - _accounts[payee].withdrawn - youngOf(payee);
        return
            settled == creditedTo(payee) &&
            withdrawn_ == _accounts[payee].withdrawn &&
            accounting.unmaturedTail(payee) == youngOf(payee) &&
            accounting.withdrawableEarnings(payee) == free;
    }
}
