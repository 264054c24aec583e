// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";

/// @title ILens: many states in one call, for nodes and pages
/// @notice Reads AccountingV2 and StakeRegistry of one block and adds nothing of its own. It holds no money and has no power,
/// so that another one may stand beside it. Every call takes at most `MAX_PAGE` entries; ask for the next page with the next
/// call. What nobody ever touched reads as zeros.
interface ILens {
    /* TYPES */

    /// @notice Whose channel.
    struct ChannelKey {
        address client;
        address executor;
    }

    /// @notice All that a client needs to know before it asks.
    /// @param deposit Free to allocate, base units.
    struct ClientState {
        uint256 deposit;
        IAccountingV2.Stats stats;
    }

    /// @notice All that concerns an executor's money.
    /// @param capacity Base units of unmatured tails that its stake covers.
    /// @param withdrawable Earnings that can be withdrawn now, base units.
    /// @param unmatured Tails that have not matured, base units.
    struct ExecutorState {
        IStakeRegistry.Member member;
        IAccountingV2.Stats stats;
        uint256 capacity;
        uint256 withdrawable;
        uint256 unmatured;
    }

    /* ERRORS */

    /// @notice More entries were asked for than one call answers.
    error LensPageTooLarge(uint256 maximum, uint256 asked);

    /* VIEWS */

    /// @notice The deployment that it reads.
    function accounting() external view returns (IAccountingV2);

    /// @notice The stake registry of that deployment.
    function stakeRegistry() external view returns (IStakeRegistry);

    /// @notice States of clients, in the order asked for.
    function clients(address[] calldata accounts) external view returns (ClientState[] memory states);

    /// @notice States of executors, in the order asked for.
    function executors(address[] calldata accounts) external view returns (ExecutorState[] memory states);

    /// @notice Members of either role, in the order asked for.
    function members(address[] calldata accounts) external view returns (IStakeRegistry.Member[] memory states);

    /// @notice Channels, in the order asked for.
    function channels(ChannelKey[] calldata keys) external view returns (IAccountingV2.Channel[] memory states);

    /// @notice `count` lanes of a channel from number `first` on. A page that reaches past the largest lane number ends there.
    function lanes(
        address client,
        address executor,
        uint64 first,
        uint256 count
    ) external view returns (IAccountingV2.Lane[] memory states);

    /// @notice What settling each pair alone, now, would say. Pairs of one lane depend on each other; this does not know that.
    function checkPairs(
        IAccountingV2.SignedPair[] calldata pairs
    ) external view returns (IAccountingV2.Rejection[] memory reasons);
}
