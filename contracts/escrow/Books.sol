// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "./IAccountingV2.sol";

/// @notice What a settlement changes of a channel, in one slot.
/// @param currentTail Tail money that was paid on the day `epoch`.
/// @param epoch Newest day of a tail. Days fit for 45 000 years.
struct Funds {
    uint96 balance;
    uint96 currentTail;
    uint24 epoch;
    uint40 unlockAt;
}

/// @notice What changes more rarely.
/// @param previousTail Tail money of the day `previousEpoch`, set aside by the first tail of the day after it.
struct Aside {
    uint96 unlocking;
    uint96 previousTail;
    uint24 previousEpoch;
}

/// @notice All books of the escrow, for its parts to write.
/// @param deposits Free deposits.
/// @param tailHolds By Tails.keyOf.
/// @param usedNonces Of signed orders: a bit per number, 256 numbers per word.
struct Books {
    mapping(address client => uint256) deposits;
    mapping(address client => mapping(address executor => Funds)) funds;
    mapping(address client => mapping(address executor => Aside)) asides;
    mapping(address client => mapping(address executor => mapping(uint64 lane => IAccountingV2.Lane))) lanes;
    mapping(address executor => IAccountingV2.Earnings) earnings;
    mapping(address executor => IAccountingV2.Stats) executorStats;
    mapping(address client => IAccountingV2.Stats) clientStats;
    mapping(bytes32 tail => IAccountingV2.TailHold) tailHolds;
    mapping(address signer => IAccountingV2.SessionSigner) signers;
    mapping(address client => mapping(uint256 word => uint256 bits)) usedNonces;
}
