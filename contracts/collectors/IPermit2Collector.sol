// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Permit2Collector: deposits out of signatures, for tokens that know neither ERC-3009 nor ERC-2612
/// @notice Who has tokens and no ether, and once approved Permit2 for the token, signs a `PermitWitnessTransferFrom` of Permit2,
/// and anybody sends it. Whose deposit it is stands in the signed witness, so that whoever sends it cannot use it for anybody else.
/// @dev Holds nothing between transactions, and has no power over anything: AccountingV2 knows it not.
interface IPermit2Collector {
    /* TYPES */

    /// @notice What the payer signed, in Permit2's domain: the payment token and `amount`, this contract as the spender, the nonce,
    /// the deadline, and the witness `witnessOf` the client.
    /// @param nonce One of Permit2's unordered nonces that the payer has not used.
    /// @param deadline Unix seconds, included.
    /// @param signature 65 bytes, 64 as of ERC-2098, or what the payer's contract takes by ERC-1271.
    struct Payment {
        address payer;
        uint256 amount;
        uint256 nonce;
        uint256 deadline;
        bytes signature;
    }

    /* ERRORS */

    error Permit2CollectorZeroAddress();

    /* ACTIONS */

    /// @notice Deposits for `client`, paid by whoever signed. Anyone may send it.
    function depositWithPermit2(address client, Payment calldata payment) external;

    /* VIEWS */

    function accounting() external view returns (address);
    function paymentToken() external view returns (address);

    /// @notice Hash of the `LloomDeposit` that a payer signs as its witness: AccountingV2, and whose deposit it is.
    function witnessOf(address client) external view returns (bytes32);
}
