// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Books, Aside, Funds} from "./Books.sol";
import {IAccountingV2} from "./IAccountingV2.sol";

/// @title Channels: how money gets from a free deposit into a channel and back, other than by settlement
/// @dev Linked to AccountingV2, but for what settlements and withdrawals share. Nothing here calls anybody.
library Channels {
    function allocate(Books storage books, address client, address executor, uint256 amount) external {
        require(executor != address(0), IAccountingV2.AccountingZeroAddress());
        uint256 balance = takeDeposit(books, client, amount);
        uint256 channelBalance = books.funds[client][executor].balance + amount;
        require(
            channelBalance <= type(uint96).max,
            IAccountingV2.AccountingAmountTooLarge(type(uint96).max, channelBalance)
        );
        books.funds[client][executor].balance = uint96(channelBalance);
        emit IAccountingV2.Allocated(client, executor, amount, channelBalance, balance);
    }

    function requestUnlock(
        Books storage books,
        address client,
        address executor,
        uint256 amount,
        uint256 unlockAt
    ) external {
        require(amount != 0, IAccountingV2.AccountingZeroAmount());
        Funds storage funds = books.funds[client][executor];
        Aside storage aside = books.asides[client][executor];
        uint96 unlocking = aside.unlocking;
        uint256 locked = funds.balance - unlocking;
        require(amount <= locked, IAccountingV2.AccountingInsufficientChannel(locked, amount));
        unlocking += uint96(amount); // Not above the balance, just checked.
        aside.unlocking = unlocking;
        funds.unlockAt = uint40(unlockAt); // Fits for 34 000 years.
        emit IAccountingV2.UnlockRequested(client, executor, amount, unlocking, unlockAt);
    }

    function cancelUnlock(Books storage books, address client, address executor) external {
        uint96 amount = _unlocking(books, client, executor);
        books.asides[client][executor].unlocking = 0;
        books.funds[client][executor].unlockAt = 0;
        emit IAccountingV2.UnlockCancelled(client, executor, amount);
    }

    function finalizeUnlock(Books storage books, address client, address executor) external {
        uint96 amount = _unlocking(books, client, executor);
        uint40 unlockAt = books.funds[client][executor].unlockAt;
        require(block.timestamp >= unlockAt, IAccountingV2.AccountingUnlockPending(unlockAt, block.timestamp));
        books.asides[client][executor].unlocking = 0;
        (uint256 channelBalance, uint256 balance) = _returnToDeposit(books, client, executor, amount);
        emit IAccountingV2.UnlockFinalized(client, executor, amount, channelBalance, balance);
    }

    function release(Books storage books, address client, address executor, uint256 amount) external {
        require(amount != 0, IAccountingV2.AccountingZeroAmount());
        uint96 available = books.funds[client][executor].balance;
        require(amount <= available, IAccountingV2.AccountingInsufficientChannel(available, amount));
        // Not above a uint96, just checked.
        (uint256 channelBalance, uint256 balance) = _returnToDeposit(books, client, executor, uint96(amount));
        emit IAccountingV2.Released(client, executor, amount, channelBalance, balance);
    }

    /* SHARED */

    function takeDeposit(Books storage books, address client, uint256 amount) internal returns (uint256 balance) {
        require(amount != 0, IAccountingV2.AccountingZeroAmount());
        balance = books.deposits[client];
        require(amount <= balance, IAccountingV2.AccountingInsufficientDeposit(balance, amount));
        balance -= amount;
        books.deposits[client] = balance;
    }

    /// @dev Money that is not unlocking goes first; what is unlocking never exceeds what is there.
    function setFunds(Books storage books, address client, address executor, Funds memory funds) internal {
        if (funds.unlockAt != 0) {
            Aside storage aside = books.asides[client][executor];
            if (aside.unlocking > funds.balance) aside.unlocking = funds.balance;
            if (aside.unlocking == 0) funds.unlockAt = 0;
        }
        books.funds[client][executor] = funds;
    }

    /* PRIVATE */

    /// @dev What the channel is unlocking.
    function _unlocking(Books storage books, address client, address executor) private view returns (uint96 amount) {
        amount = books.asides[client][executor].unlocking;
        require(amount != 0, IAccountingV2.AccountingNothingUnlocking());
    }

    /// @dev Takes `amount`, which is not above the channel's balance, out of the channel and frees it.
    function _returnToDeposit(
        Books storage books,
        address client,
        address executor,
        uint96 amount
    ) private returns (uint256 channelBalance, uint256 balance) {
        Funds memory funds = books.funds[client][executor];
        funds.balance -= amount;
        setFunds(books, client, executor, funds);
        channelBalance = funds.balance;
        balance = books.deposits[client] + amount;
        books.deposits[client] = balance;
    }
}
