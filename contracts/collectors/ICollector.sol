// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Collector: deposits, stake and bonds out of signatures, for tokens that know ERC-3009 or ERC-2612
/// @notice Who has tokens and no ether signs a `ReceiveWithAuthorization` of the token (ERC-3009), and anybody sends it. What the
/// money is for stands in the authorization's nonce, so that whoever sends it cannot use it for anything else.
/// @dev Holds nothing between transactions, and has no power over anything: the contracts that it pays into know it not.
interface ICollector {
    /* TYPES */

    enum Purpose {
        Deposit,
        Stake,
        Credit
    }

    /// @notice What the payer signed, in the token's own domain: `from` is the payer, `to` this contract, and the nonce
    /// `nonceOf` of the purpose, the beneficiary and the salt.
    /// @param validAfter Unix seconds; likewise below.
    /// @param salt Any, another one for each authorization.
    struct Authorization {
        address payer;
        uint256 amount;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 salt;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /* ERRORS */

    error CollectorZeroAddress();
    error CollectorTokenMismatch(address paymentToken, address creditToken);

    /* ACTIONS */

    /// @notice Deposits for `client`, paid by whoever signed. Anyone may send it.
    function depositWithAuthorization(address client, Authorization calldata authorization) external;

    /// @notice Adds stake to `member`, paid by whoever signed. Anyone may send it.
    function stakeWithAuthorization(address member, Authorization calldata authorization) external;

    /// @notice Adds credit of `account` in MeasuredDeposits, paid by whoever signed: bonds, appeals and prices of measured
    /// disputes are paid out of it. Anyone may send it.
    function creditWithAuthorization(address account, Authorization calldata authorization) external;

    /// @notice Adds stake to `member`, paid by the caller with an ERC-2612 permit for this contract, in one transaction. A permit
    /// that was already used by somebody else is no failure as long as the allowance is there.
    /// @dev A permit does not say what it is for, so that only its signer may use it.
    function stakeWithPermit(address member, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice The same for credit of `account` in MeasuredDeposits.
    function creditWithPermit(
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /* VIEWS */

    function accounting() external view returns (address);
    function stakeRegistry() external view returns (address);
    function paymentToken() external view returns (address);
    /// @notice MeasuredDeposits.
    function deposits() external view returns (address);

    /// @notice The nonce that says what an authorization is for.
    function nonceOf(Purpose purpose, address beneficiary, bytes32 salt) external pure returns (bytes32);
}
