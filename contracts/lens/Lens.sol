// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {ILens} from "./ILens.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";

/// @title Lens
contract Lens is ILens {
    /// @notice Most entries of one call: far below what nodes let a call use.
    uint256 public constant MAX_PAGE = 500;

    /// @inheritdoc ILens
    IAccountingV2 public immutable override accounting;
    /// @inheritdoc ILens
    IStakeRegistry public immutable override stakeRegistry;

    modifier onePage(uint256 asked) {
        require(asked <= MAX_PAGE, LensPageTooLarge(MAX_PAGE, asked));
        _;
    }

    /// @param accounting_ The deployment to read.
    constructor(IAccountingV2 accounting_) {
        accounting = accounting_;
        stakeRegistry = IStakeRegistry(accounting_.stakeRegistry());
    }

    /// @inheritdoc ILens
    function clients(
        address[] calldata accounts
    ) external view onePage(accounts.length) returns (ClientState[] memory states) {
        states = new ClientState[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            states[i].deposit = accounting.balanceOf(accounts[i]);
            states[i].stats = _clientStats(accounts[i]);
        }
    }

    /// @inheritdoc ILens
    function executors(
        address[] calldata accounts
    ) external view onePage(accounts.length) returns (ExecutorState[] memory states) {
        states = new ExecutorState[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            address executor = accounts[i];
            states[i] = ExecutorState({
                member: _member(executor),
                stats: _executorStats(executor),
                capacity: stakeRegistry.capacityOf(executor),
                withdrawable: accounting.withdrawableEarnings(executor),
                unmatured: accounting.unmaturedTail(executor)
            });
        }
    }

    /// @inheritdoc ILens
    function members(
        address[] calldata accounts
    ) external view onePage(accounts.length) returns (IStakeRegistry.Member[] memory states) {
        states = new IStakeRegistry.Member[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) states[i] = _member(accounts[i]);
    }

    /// @inheritdoc ILens
    function channels(
        ChannelKey[] calldata keys
    ) external view onePage(keys.length) returns (IAccountingV2.Channel[] memory states) {
        states = new IAccountingV2.Channel[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            (uint96 balance, uint96 unlocking, uint40 unlockAt) = accounting.channels(keys[i].client, keys[i].executor);
            states[i] = IAccountingV2.Channel(balance, unlocking, unlockAt);
        }
    }

    /// @inheritdoc ILens
    function lanes(
        address client,
        address executor,
        uint64 first,
        uint256 count
    ) external view onePage(count) returns (IAccountingV2.Lane[] memory states) {
        uint256 size = Math.min(count, uint256(type(uint64).max) - first + 1);
        states = new IAccountingV2.Lane[](size);
        for (uint256 i = 0; i < size; ++i) {
            // Not above the largest lane, see `size`.
            (uint96 cost, uint64 inbound, uint64 outbound, uint32 nonce) = accounting.lanes(
                client,
                executor,
                uint64(first + i)
            );
            states[i] = IAccountingV2.Lane(cost, inbound, outbound, nonce);
        }
    }

    /// @inheritdoc ILens
    function checkPairs(
        IAccountingV2.SignedPair[] calldata pairs
    ) external view onePage(pairs.length) returns (IAccountingV2.Rejection[] memory reasons) {
        reasons = new IAccountingV2.Rejection[](pairs.length);
        for (uint256 i = 0; i < pairs.length; ++i) reasons[i] = accounting.checkPair(pairs[i]);
    }

    function _clientStats(address client) private view returns (IAccountingV2.Stats memory) {
        (uint64 inbound, uint64 outbound, uint64 requests, uint64 lost) = accounting.clientStats(client);
        return IAccountingV2.Stats(inbound, outbound, requests, lost);
    }

    function _executorStats(address executor) private view returns (IAccountingV2.Stats memory) {
        (uint64 inbound, uint64 outbound, uint64 requests, uint64 lost) = accounting.executorStats(executor);
        return IAccountingV2.Stats(inbound, outbound, requests, lost);
    }

    function _member(address account) private view returns (IStakeRegistry.Member memory member) {
        (
            member.role,
            member.activeSince,
            member.jailedUntil,
            member.unbondAt,
            member.stake,
            member.unbonding,
            member.frozen,
            member.registeredAt
        ) = stakeRegistry.members(account);
    }
}
